# docker build -t coo .
# docker run --rm -it -v coo:/data coo init      then: docker run -d -v coo:/data coo
# docker exec -it CONTAINER coo chat             and:  docker run --rm -it coo demo
#
# glibc on purpose: CEL, msgspec and cryptography ship wheels for it.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY requirements-server.txt pyproject.toml README.md ./
RUN python -m venv /opt/coo \
 && /opt/coo/bin/pip install --no-cache-dir --require-hashes -r requirements-server.txt
COPY bot bot
COPY graph graph
COPY memory memory
COPY ledger ledger
COPY connectors connectors
COPY policies policies
RUN /opt/coo/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --create-home --uid 10001 coo && install -d -o coo -g coo /data
COPY --from=build /opt/coo /opt/coo
COPY examples /opt/coo/examples
ENV PATH=/opt/coo/bin:$PATH COO_DATA=/data PYTHONUNBUFFERED=1
USER coo
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=20s CMD ["coo", "doctor", "--quiet"]
ENTRYPOINT ["coo"]
CMD ["run"]
