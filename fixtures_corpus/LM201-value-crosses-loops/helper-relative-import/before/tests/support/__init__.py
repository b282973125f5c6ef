from .database import connect
