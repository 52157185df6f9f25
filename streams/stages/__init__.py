"""The pure steps of the pipeline, one file each."""
