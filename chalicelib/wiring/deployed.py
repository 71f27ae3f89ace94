"""What is deployed for a stage, as its API reports it."""

from chalicelib.wiring.stage import Stage

EARLIER = "alerting"
"""The name that every stage's API had in older deployments."""

SECONDS = 5.0


def address(stage: Stage, api: str) -> str:
    """Return the address of an API of the stage's region, as Chalice lays it out."""
    return f"https://{api}.execute-api.{stage.region}.amazonaws.com/api"


def version(stage: Stage) -> str | None:
    """Ask the APIs in the stage's region which version serves it; None if none of them answers for it."""
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
