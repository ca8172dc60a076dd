"""The words for evidence. Whole sentences a piece, so that they can be translated."""


def kinds(env):
    """[(kind of evidence, label)]"""
    return [
        ("order", env._("Order")),
        ("vat", env._("Tax ID")),
        ("bank", env._("Payer's Bank Account")),
        ("email", env._("Email Domain")),
        ("delivery", env._("Delivery Address")),
        ("name", env._("Similar Name")),
        ("order_campaign", env._("Order's Campaign")),
        ("lead", env._("Lead")),
        ("touch", env._("Logged Touch")),
    ]


def explain(env, evidence):
    """The reasons for a suggestion, the strongest first, in one line.

    :param evidence: [[kind, detail]]
    """
    words = {
        "order": env._("order %s is theirs"),
        "vat": env._("tax ID %s is theirs"),
        "bank": env._("paid from their account %s"),
        "email": env._("writes from %s"),
        "delivery": env._("delivered to %s"),
        "name": env._("named “%s” in a text"),
        "order_campaign": env._("order %s came from it"),
        "lead": env._("lead “%s” came from it"),
        "touch": env._("logged under it: “%s”"),
    }
    nameless = {  # the document is not for the reader, or has no name
        "order": env._("an order is theirs"),
        "order_campaign": env._("an order came from it"),
        "lead": env._("a lead came from it"),
    }
    said = "; ".join(
        words[kind] % (detail or "") if detail or kind not in nameless else nameless[kind]
        for kind, detail in evidence or ()
    )
    return said[:1].upper() + said[1:]
