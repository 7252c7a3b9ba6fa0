# The service alone: it needs a PostgreSQL of its own, named by COUNTERCLAIM_DATABASE_URL (see compose.yaml).

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/counterclaim
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY app app
COPY migrations migrations
RUN /opt/counterclaim/bin/pip install -c constraints.txt '.[oidc]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home counterclaim
COPY --from=build /opt/counterclaim /opt/counterclaim
ENV PATH=/opt/counterclaim/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /home/counterclaim
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# exec: the service itself gets the signal to stop.
CMD ["sh", "-c", "counterclaim migrate && exec counterclaim serve --host 0.0.0.0"]
