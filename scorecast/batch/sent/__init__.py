"""Work that is sent to others, whatever carries it: processes of this machine, or a cluster."""
