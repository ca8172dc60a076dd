"""How far each kind of evidence can be trusted on its own: 0 says nothing, 1 would be proof.

Chosen by what an accountant would do with that evidence alone. What alone reaches 0.9, the certainty from which
documents are linked together by default, names the customer outright; the rest needs a second witness.
Where one kind of evidence points to several candidates, its certainty is shared among them.
"""

# The customer ordered: who that is stands on a document of ours.
ORDER = 0.95
# A tax ID is one legal entity's, here that of the invoice's contact.
VAT = 0.95
# The same, but read out of free text.
VAT_IN_TEXT = 0.9
# Who owns the account usually pays for itself, but groups pay for their companies.
BANK = 0.8
# A company's own domain; groups share them, and agencies write from theirs.
EMAIL = 0.7
# Goods go to who uses them, but also to a forwarder.
DELIVERY = 0.6
# Times the similarity (0 to 1) of the names: namesakes exist.
NAME = 0.75
# The least similarity that is evidence at all.
SIMILAR = 0.6

# The order came from it, by the order's own or its opportunity's word.
ORDER_CAMPAIGN = 0.95
# A lead of the customer in the look-back days came from it, another may have led to the order.
LEAD = 0.6
# Somebody logged a contact with the customer under it.
TOUCH = 0.6
