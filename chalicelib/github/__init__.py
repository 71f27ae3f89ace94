"""GitHub's API: requests, what its answers mean, the App's authentication, and the client."""
