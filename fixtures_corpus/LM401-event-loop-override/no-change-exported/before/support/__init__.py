from support.loops import event_loop

__all__ = ["event_loop"]
