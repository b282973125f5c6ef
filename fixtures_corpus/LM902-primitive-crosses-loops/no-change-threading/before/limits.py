import queue
import threading

lock = threading.Lock()
items = queue.Queue()
