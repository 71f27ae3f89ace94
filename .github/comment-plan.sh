#!/usr/bin/env bash
# Shows a plan on its pull request, in one comment a stage, which is edited when there is a newer plan.
# usage: comment-plan.sh FILE, with GH_TOKEN, GITHUB_REPOSITORY, PULL_REQUEST and STAGE
set -euo pipefail
marker="<!-- plan of $STAGE -->"
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
# GitHub takes 65,536 characters; the end of a plan says how much changes.
{
  printf '%s\n**What `make deploy-%s` would change**\n\n' "$marker" "$STAGE"
  printf '<details><summary>the plan</summary>\n\n~~~~~~text\n'
  tail -c 60000 "$1"
  printf '\n~~~~~~\n\n</details>\n'
} >comment.md
mine=$(gh api --paginate "$comments" --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id")
first=${mine%%$'\n'*}
if [ -n "$first" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$first" -F body=@comment.md
else
  gh api --silent --method POST "$comments" -F body=@comment.md
fi
