"""What people write to each other. {first} is the customer's given name, {title} what it is about."""

TOPICS = (
    "Vibration monitoring for two pumps",
    "Humidity logging in cold rooms",
    "Flow meter on loan for a test",
    "Hardness testing of castings",
    "Replacement for old pressure gauges",
    "Thermal imager for electricians",
    "Calibration of torque wrenches",
    "Surface testing after grinding",
    "Measuring arm, rent or buy",
    "Temperature sensors for a dryer",
    "Data logger with remote access",
    "Level and distance in a silo",
    "Training on measurement uncertainty",
    "Service contract for third-party devices",
)
QUESTIONS = (
    "We would like to know the delivery time and whether a test device can be borrowed.",
    "Our auditor asks for traceable certificates. What do you recommend?",
    "Please call back in the mornings, the plant is noisy in the afternoon.",
    "We compare three suppliers and decide by the end of the quarter.",
    "A colleague at another plant works with your devices and is content.",
)
INQUIRIES = (
    "Good morning,<br/>we are looking for a solution: {title}. Could you send us a proposal with delivery time?",
    "Hello,<br/>about {title}: may we have your price list and two references from our industry?",
    "Dear all,<br/>our present equipment is at its end. Please quote for {title}, if possible this week.",
    "Hello,<br/>we met recently and spoke about {title}. I would be glad about a written offer.",
)
FIRST_ANSWERS = (
    "Dear {first},<br/>thank you for your message about {title}. May I call you tomorrow to clear up the details?",
    "Dear {first},<br/>gladly. To size it right I need the measuring range and the number of measuring points.",
    "Dear {first},<br/>we have done this for two plants like yours. I attach the data sheets and call you on it.",
)
QUOTATIONS = (
    "Dear {first},<br/>please find our quotation {number} over {amount}. It is valid for sixty days.",
    "Dear {first},<br/>as agreed, our quotation {number} over {amount}. Delivery from stock within two weeks.",
    "Dear {first},<br/>here is quotation {number}, {amount} in total. Training can be added at any time.",
)
ORDERED = (
    "Dear colleagues,<br/>we accept your quotation {number}. The written order follows by post.",
    "Hello,<br/>please treat quotation {number} as ordered. Kindly confirm the delivery date.",
    "Good morning,<br/>management has agreed. Please deliver {number} to our usual address.",
)
DECLINED = (
    "Hello,<br/>thank you for quotation {number}. We have decided for another supplier this time.",
    "Good morning,<br/>the project behind {number} has been put off to next year. We will be in touch.",
)
INVOICES = ("Dear {first},<br/>please find our invoice {number} over {amount}, due on {due}.",)
CARE = (
    "Dear {first},<br/>are the instruments running to your satisfaction? Your next calibration falls due soon.",
    "Dear {first},<br/>our new firmware for the data loggers is out. I would gladly show it at my next visit.",
    "Dear {first},<br/>thank you for the friendly welcome yesterday. The minutes are below, please correct me.",
)
CARE_ANSWERS = (
    "Hello,<br/>all is well here. Please send us the dates you have free next month.",
    "Thank you, that suits us. Could you bring the new roughness tester along?",
    "Hello,<br/>one sensor drifts since last week. Is that covered by the contract?",
)
CALLS = (
    ("Clear up the measuring range", "Wants -20 to 180 °C and two spare probes; will decide with the plant manager."),
    ("Ask about the quotation", "Has read it, price is fine, delivery time too long. Offered a part delivery."),
    ("Call about the decision", "Decision next week, the budget is reserved."),
    ("Talk about the service contract", "Interested in Premium because of the loan instrument."),
    ("Arrange a demonstration", "Demonstration agreed, three people from quality will take part."),
)
TASKS = (
    ("Send the data sheets", "Sent with the certificate of the reference standard."),
    ("Check stock for the delivery date", "All but the probe head in stock; that arrives in ten days."),
    ("Prepare the comparison with the competitor", "Two pages, sent to the technical director."),
)
MEETINGS = (
    "Visit: {title}",
    "Demonstration: {title}",
    "Site survey: {title}",
    "Video call: {title}",
)
CARE_MEETINGS = (
    "Yearly review",
    "Quarterly visit",
    "Introduction of the new quality manager",
    "Planning for next year",
)
MINUTES = (
    "Saw the line, took photographs. They need certificates for each instrument.",
    "Three people took part, liked the handling. Price is no obstacle, delivery time is.",
    "Went through the open points; next step is a quotation with two options.",
    "Friendly talk, new budget from next quarter on.",
)
COMING = (
    "Follow up on the quotation",
    "Ask whether the delivery arrived complete",
    "Send the certificate",
    "Agree on a date for the demonstration",
    "Call about the open invoice",
    "Offer the service contract",
)
TICKETS = (
    ("Display stays dark after start", "Power supply exchanged under warranty, runs again."),
    ("Reading drifts by two percent", "Recalibrated with the reference, drift was a dirty probe."),
    ("Certificate missing in the delivery", "Certificate sent by mail."),
    ("Firmware update fails at 40 %", "Updated from a memory card, cause was the USB hub."),
    ("Probe cable broken at the plug", "Cable replaced, strain relief added."),
    ("Data export shows wrong decimal sign", "Regional setting corrected, macro sent."),
    ("Battery lasts only one hour", "Battery pack exchanged."),
    ("Error E-17 on the measuring arm", "Encoder cleaned, arm referenced again."),
    ("Question about the measurement uncertainty", "Sent the budget and an example calculation."),
    ("Flow meter reads zero", "Coupling gel was dry; customer instructed."),
    ("Logger loses its network address", "Fixed address set, firmware 2.4 installed."),
)
SUPPORT_WORK = (
    "Telephone support",
    "Remote session with the operator",
    "Fault analysis in the laboratory",
    "Visit on site, cause found",
    "Exchange of parts and test run",
    "Report to the customer",
)
