"""Leases: who works on a job. A lease is renewed while the work goes on, and ends by itself where it is not."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from records.base import Value


class Holder(Value):
    """One worker.

    Attributes:
        run: drawn at random for one run of it; what it writes is checked against this.
        host: name of its machine.
        process: number of its process there.
        place: of the lock that it holds on its machine beside the lease: who holds the lock of the same place knows
            that whoever had the lease is gone.
    """

    run: str = Field(pattern=r"^[0-9a-f]{16}$")
    host: str = Field(max_length=255)
    process: int
    place: str = Field(pattern=r"^[0-9a-f]{16}$")

    def __str__(self) -> str:
        """Tell who it is."""
        return f"process {self.process} on {self.host}"


class Lease(Value):
    """The lease on one job; all moments are by the clock of the database, which all workers share.

    Attributes:
        job_id: of the job.
        holder: who has it.
        taken_at: since when.
        until: when it ends, unless it is renewed.
        seconds_left: until then; negative where it has ended and nobody else has taken it.
    """

    job_id: str
    holder: Holder
    taken_at: AwareDatetime
    until: AwareDatetime
    seconds_left: float
