"""GitHub's API: what is asked, what answers mean, the App's authentication, and the client."""
