"""The Dagster instance of one home: its folder, its dynamic partition keys, and runs whose process is gone."""
