"""OpenInference traces of what the chain does, sent to an OTLP endpoint."""

from __future__ import annotations

from functools import cache

from assistant.errors import MissingExtra


@cache
def trace(endpoint: str) -> None:
    """Send a trace of every LangChain run of this process; once for an endpoint.

    Args:
        endpoint: of a collector, over HTTP, for instance http://localhost:6006/v1/traces.

    Raises:
        MissingExtra: the packages are not installed.
    """
    try:
        from openinference.instrumentation.langchain import LangChainInstrumentor
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingExtra("Tracing", "otel") from error
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    LangChainInstrumentor().instrument(tracer_provider=provider)
