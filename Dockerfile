FROM python:3.12-slim-trixie@sha256:d764629ce0ddd8c71fd371e9901efb324a95789d2315a47db7e4d27e78f1b0e9 AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY g4qc_core g4qc_core
COPY g4qc_pipelines g4qc_pipelines
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1
RUN uv sync --locked --no-dev --no-editable --extra s3

FROM python:3.12-slim-trixie@sha256:d764629ce0ddd8c71fd371e9901efb324a95789d2315a47db7e4d27e78f1b0e9
RUN useradd --create-home g4qc && mkdir -p /var/lib/g4qc /opt/g4qc && chown g4qc /var/lib/g4qc
COPY --from=build /opt/venv /opt/venv
COPY docker/workspace.yaml /opt/g4qc/workspace.yaml
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
USER g4qc
WORKDIR /opt/g4qc
CMD ["g4qc", "--help"]
