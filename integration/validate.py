"""Hold recorded AWS replies against AWS's own service models, as botocore ships them.

usage: validate.py ACCOUNT...

An ACCOUNT is a folder with REGION/SERVICE.json files (see package fixtures). Every reply is walked
along the output shape of its operation: members that the shape does not have, required members that
are missing, wrong types, values outside an enum, unions without exactly one member and timestamps that
do not parse are printed, one line each, with the file and the index of the exchange. Errors must have
a code that the service's model knows or that every AWS service may answer with. Exits with 1 where
there is a problem, and writes the numbers of replies and errors that were checked to standard error.
"""

import base64
import binascii
import datetime
import json
import pathlib
import sys

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError

# Names of the SDK's packages that are not botocore's names of the services.
SERVICES = {
    "bedrockagent": "bedrock-agent",
    "cloudwatchlogs": "logs",
}

# Services whose fixtures have the shape of the AWS CLI's output, because their wire is XML or CBOR.
CLI_SHAPED = {"cloudwatch", "iam", "sts"}

# Members that the Go SDK knows and this botocore does not: (service, shape, member) to where the SDK has it.
NEWER_MEMBERS = {
    ("cloudwatchlogs", "LogGroup", "retentionPolicyName"): "service/cloudwatchlogs v1.92.0, types.LogGroup.RetentionPolicyName",
}

# Enum values that the Go SDK knows and this botocore does not: (service, shape, value) to where the SDK has it.
NEWER_VALUES = {
    ("cloudwatchlogs", "LogGroupClass", "ESSENTIALS"): "service/cloudwatchlogs v1.92.0, types.LogGroupClassEssentials",
}

# Codes that any service may answer with, beside those of its model ("Common Errors" of the API references).
COMMON_ERRORS = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalFailure",
    "InternalServerError",
    "InvalidClientTokenId",
    "OptInRequired",
    "RequestExpired",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}


class Reply:
    """One reply on its way along its shape."""

    def __init__(self, service):
        self.service = service
        self.cli = service in CLI_SHAPED
        self.problems = []

    def problem(self, where, what):
        self.problems.append(f"{where or 'reply'}: {what}")

    def output(self, shape, body):
        """Check the body of a response, which need not be the whole output shape."""
        if shape is None:
            if body not in ({}, None):
                self.problem("", "the operation has no output")
            return
        payload = shape.serialization.get("payload")
        if self.cli:
            self.value("", shape, body)
        elif payload:
            self.value("", shape.members[payload], body)
        else:
            self.structure("", shape, body, body_only=True)

    def value(self, where, shape, value):
        kind = shape.type_name
        check = getattr(self, kind, None)
        if check is None:
            self.problem(where, f"no rule for the type {kind}")
        else:
            check(where, shape, value)

    def structure(self, where, shape, value, body_only=False):
        if getattr(shape, "is_document_type", False):
            return
        if not isinstance(value, dict):
            self.problem(where, f"{kind_of(value)} where {shape.name} is a structure")
            return
        members = {}
        for name, member in shape.members.items():
            if body_only and member.serialization.get("location"):
                continue  # a header or the status, not in the body
            members[name if self.cli else member.serialization.get("name", name)] = (name, member)
        present = {wire for wire, child in value.items() if child is not None}
        for wire in sorted(present):
            if wire in members:
                self.value(f"{where}.{wire}".lstrip("."), members[wire][1], value[wire])
            elif (self.service, shape.name, wire) not in NEWER_MEMBERS:
                self.problem(where, f"{shape.name} has no member {wire}")
        for wire, (name, _) in members.items():
            if name in shape.required_members and wire not in present:
                self.problem(where, f"{shape.name} requires {wire}")
        if getattr(shape, "is_tagged_union", False) and len(present) != 1:
            self.problem(where, f"{shape.name} is a union and has {len(present)} members: {', '.join(sorted(present)) or 'none'}")

    def list(self, where, shape, value):
        if not isinstance(value, list):
            self.problem(where, f"{kind_of(value)} where {shape.name} is a list")
            return
        for i, item in enumerate(value):
            self.value(f"{where}[{i}]", shape.member, item)

    def map(self, where, shape, value):
        if not isinstance(value, dict):
            self.problem(where, f"{kind_of(value)} where {shape.name} is a map")
            return
        for key, item in value.items():
            self.value(f"{where}[{key!r}] (key)", shape.key, key)
            self.value(f"{where}[{key!r}]", shape.value, item)

    def string(self, where, shape, value):
        if self.service == "iam" and shape.name == "policyDocumentType" and isinstance(value, dict):
            return  # the CLI decodes policies
        if not isinstance(value, str):
            self.problem(where, f"{kind_of(value)} where {shape.name} is a string")
        elif shape.enum and value not in shape.enum and (self.service, shape.name, value) not in NEWER_VALUES:
            self.problem(where, f"{value!r} is not in the enum {shape.name} ({', '.join(shape.enum[:12])}{', ...' if len(shape.enum) > 12 else ''})")

    char = string

    def boolean(self, where, shape, value):
        if not isinstance(value, bool):
            self.problem(where, f"{kind_of(value)} where {shape.name} is a boolean")

    def integer(self, where, shape, value):
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(where, f"{kind_of(value)} where {shape.name} is an integer")

    long = integer

    def double(self, where, shape, value):
        special = not self.cli and value in ("NaN", "Infinity", "-Infinity")
        if isinstance(value, bool) or not isinstance(value, (int, float)) and not special:
            self.problem(where, f"{kind_of(value)} where {shape.name} is a number")

    float = double

    def blob(self, where, shape, value):
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            self.problem(where, f"{shape.name} is not base64 text")

    def timestamp(self, where, shape, value):
        wire = "iso8601" if self.cli else shape.serialization.get("timestampFormat", "unixTimestamp")
        if wire == "unixTimestamp":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                self.problem(where, f"{kind_of(value)} where the timestamp is a number of seconds")
            elif not 0 <= value < 4102444800:  # the year 2100; milliseconds are beyond it
                self.problem(where, f"{value} is no number of seconds since 1970")
        elif wire == "iso8601":
            try:
                if datetime.datetime.fromisoformat(value).tzinfo is None:
                    self.problem(where, f"{value!r} has no time zone")
            except (TypeError, ValueError):
                self.problem(where, f"{value!r} is not an ISO 8601 timestamp")
        else:
            self.problem(where, f"no rule for timestamps in the format {wire}")


def kind_of(value):
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "an integer", float: "a number"}
    return kinds.get(type(value), "null")


def error_codes(model, operation):
    """The codes of an operation's errors, as the wire has them."""
    return {shape.metadata.get("error", {}).get("code", shape.name) for shape in operation.error_shapes}


def check_exchange(model, service, exchange):
    """Return the problems of one exchange."""
    try:
        operation = model.operation_model(exchange["operation"])
    except OperationNotFoundError:
        return [f"{service} has no such operation"]
    if "error" in exchange:
        code = exchange["error"]["code"]
        if code not in error_codes(model, operation) | COMMON_ERRORS:
            return [f"error: the operation does not answer with {code}"]
        return []
    reply = Reply(service)
    reply.output(operation.output_shape, exchange["reply"])
    return reply.problems


def main(accounts):
    session = botocore.session.get_session()
    problems = replies = errors = 0
    for account in map(pathlib.Path, accounts):
        for file in sorted(account.glob("*/*.json")):
            service = file.stem
            name = file.relative_to(account.parent)
            try:
                model = session.get_service_model(SERVICES.get(service, service))
            except UnknownServiceError:
                print(f"{name}: botocore has no service {SERVICES.get(service, service)}")
                problems += 1
                continue
            for index, exchange in enumerate(json.loads(file.read_text(encoding="utf-8"))["exchanges"]):
                errors += "error" in exchange
                replies += "reply" in exchange
                for problem in check_exchange(model, service, exchange):
                    print(f"{name}: exchange {index} ({exchange['operation']}): {problem}")
                    problems += 1
    print(f"{replies} replies and {errors} errors held against botocore {botocore.__version__}: {problems} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
