"""Understanding: from the messages of a conversation to what is asked now, by names and set phrases."""
