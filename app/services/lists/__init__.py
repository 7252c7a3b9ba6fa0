"""What narrows each list. Every list runs on what the caller may see (`visibility.seen`)."""
