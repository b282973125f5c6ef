from policies import event_loop_policy

__all__ = ["event_loop_policy"]
