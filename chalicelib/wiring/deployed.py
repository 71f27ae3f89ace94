"""What is deployed of a stage, as its API says."""

from chalicelib.wiring.stage import Stage

EARLIER = "alerting"
"""What the API of every stage was called."""

SECONDS = 5.0


def address(stage: Stage, api: str) -> str:
    """Name where an API of the stage's region answers, as Chalice lays it out."""
    return f"https://{api}.execute-api.{stage.region}.amazonaws.com/api"


def version(stage: Stage) -> str | None:
    """Ask the APIs in the stage's region which version serves it; None where none of them says."""
    import httpx

    found = stage.client("apigateway").get_rest_apis(limit=500)["items"]
    for api in (each["id"] for each in found if each["name"] in (stage.prefix, EARLIER)):
        try:
            answer = httpx.get(f"{address(stage, api)}/health", timeout=SECONDS).json()
        except (httpx.HTTPError, ValueError):
            continue
        if isinstance(answer, dict) and answer.get("stage") == stage.name:
            return str(answer.get("version"))
    return None
