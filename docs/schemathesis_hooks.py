"""Keeps Schemathesis from taking back the token that it is using: the rest of the run would only see 401. See SECURITY.md."""

import os

import schemathesis

OWN = os.environ.get("SCHEMATHESIS_OWN_TOKEN", "")


@schemathesis.hook
def before_call(context, case, **kwargs):
    parameters = case.path_parameters or {}
    if case.method.upper() == "DELETE" and case.path.endswith("/tokens/{id}") and str(parameters.get("id")) == OWN:
        case.path_parameters["id"] = "1"
