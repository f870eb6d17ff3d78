"""Parameter sets on the workers of a Dask cluster.

`cluster_pool` is the pool of the process that searches. It decides which worker gets which sets, and sends chunks
through `cluster_connection`, the only module that speaks to Dask's client. `chunk_task` is what a worker of Dask runs:
it lets sandboxes evaluate the chunk, which are the same processes that a search on one machine has. A worker needs
neither the database nor settings: bars and the user's own files reach it in a `parcel`.
"""
