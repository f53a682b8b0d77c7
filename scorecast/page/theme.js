// Colours: light, dark, or as the system says. Runs before the page is drawn, so that nothing flashes.
"use strict";

(function () {
  const KEPT = "scorecast-theme";
  const CHOICES = ["auto", "light", "dark"];
  const NAMES = { auto: "Auto", light: "Light", dark: "Dark" };

  function kept() {
    try {
      const found = localStorage.getItem(KEPT);
      return CHOICES.includes(found) ? found : "auto";
    } catch {
      return "auto"; // storage is closed: the choice lasts as long as the page
    }
  }

  function keep(choice) {
    try {
      localStorage.setItem(KEPT, choice);
    } catch {
      // as above
    }
  }

  function apply(choice) {
    document.documentElement.dataset.theme = choice;
    const button = document.getElementById("theme");
    if (button) {
      button.textContent = `\u25d0 ${NAMES[choice]}`;
      button.setAttribute("aria-label", `Colours: ${NAMES[choice]}. Change`);
    }
  }

  let choice = kept();
  apply(choice);
  document.addEventListener("DOMContentLoaded", () => {
    apply(choice);
    document.getElementById("theme").addEventListener("click", () => {
      choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
      keep(choice);
      apply(choice);
    });
  });
})();
