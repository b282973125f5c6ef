"""Many projects: monorepos and lists of checkouts, analysed in parallel, as patches a person can review and merge.

projects = discover(roots)                  discover.py   every pytest rootdir, in order of its name
tasks    = tasks of what is not known       cache.py      a project whose inputs did not change is not read again
results  = executor.map(work, batches)      workers.py    child processes, each limited in time and memory; or Dask
journal  += each result at once             journal.py    append-only: a killed run goes on where it was
shards   = cut(results, per)                shards.py     by project, owner, rule or file, never through a remedy
export   = patches, bodies, tables          outputs/      a pure function of the results: the same bytes every time
"""
