"""Reports of one or two sentences in the words of a wire: their class and which way they move supply."""

from datetime import datetime

import pytest

from tests.reading import judged

REPORTS = (
    (
        "2021-06-01",
        "Hanoi insists rare earth ore stays in Vietnam",
        (
            "Vietnam does not let rare earth ore out of the country. Foreign buyers must look elsewhere for feed; only "
            "processed products may be sold abroad."
        ),
        "export_ban",
        "tightening",
    ),
    (
        "2021-06-01",
        "No rare earth ore from Vietnam for foreign separators",
        "A prohibition on the export of rare earth ore is in force in Vietnam in 2021.",
        "export_ban",
        "tightening",
    ),
    (
        "2023-09-04",
        "Inspection idles rare earth mines in northern Myanmar",
        (
            "Rare earth diggings near Pangwa in Kachin State were shut on 4 September 2023 so that inspectors could "
            "visit. Chinese separation plants depend on the ore."
        ),
        "production_quota_or_halt",
        "tightening",
    ),
    (
        "2023-10-10",
        "Nairobi wants raw minerals to stay home",
        "Kenya's mining minister has announced that raw minerals can no longer be exported.",
        "export_ban",
        "tightening",
    ),
    (
        "2023-11-07",
        "Beijing wants to know who buys its rare earths",
        (
            "From 1 December 2023 until 31 October 2025 exporters of rare earths must file details of type and "
            "destination with China's Ministry of Commerce."
        ),
        "reporting_or_traceability_duty",
        "tightening",
    ),
    (
        "2023-12-21",
        "China guards magnet know-how",
        (
            "China has forbidden the export of technology for extracting and separating rare earths and for making "
            "magnets, under a revised catalogue issued on 21 December 2023."
        ),
        "technology_export_control",
        "tightening",
    ),
    (
        "2024-06-29",
        "China's cabinet publishes rare earth rulebook",
        (
            "The Regulations on Rare Earth Administration, issued by China on 29 June 2024, come into force on 1 October "
            "2024. They say that the resources belong to the state."
        ),
        "cooperation_or_policy_signal",
        "tightening",
    ),
    (
        "2024-06-29",
        "Beijing puts rare earth industry under new law",
        (
            "A set of administrative regulations for the rare earth sector was promulgated in China on 29 June 2024 and "
            "takes effect on 1 October."
        ),
        "cooperation_or_policy_signal",
        "tightening",
    ),
    (
        "2024-09-11",
        "Kremlin asks for options on uranium",
        (
            "Vladimir Putin has asked the Russian government to look at limiting deliveries of uranium, titanium and "
            "nickel to unfriendly countries."
        ),
        "cooperation_or_policy_signal",
        "tightening",
    ),
    (
        "2024-09-11",
        "Putin floats curbs on uranium, titanium and nickel",
        (
            "Russia's president said on 11 September 2024 that his government should consider restricting sales abroad of "
            "some raw materials."
        ),
        "cooperation_or_policy_signal",
        "tightening",
    ),
    (
        "2024-09-30",
        "China's State Council adopts dual-use export rules",
        (
            "Decree No. 792 lays down the Regulations on the Export Control of Dual-Use Items. They take effect on 1 "
            "December 2024 and bring all items into one list."
        ),
        "cooperation_or_policy_signal",
        "tightening",
    ),
    (
        "2024-10-18",
        "Rebels grab hub of heavy rare earths",
        "The Kachin Independence Army captured Pangwa in Myanmar and later shut border gates to China.",
        "armed_conflict_or_seizure",
        "tightening",
    ),
    (
        "2024-12-03",
        "Beijing hits back at Washington with metals ban",
        (
            "China said on 3 December 2024 that it will in principle no longer approve exports of gallium, germanium, "
            "antimony and superhard materials to the United States. MOFCOM Announcement No. 46 of 2024 took effect at "
            "once."
        ),
        "export_ban",
        "tightening",
    ),
    (
        "2025-01-01",
        "Indonesia's copper concentrate exports come to a stop as ban starts",
        "The ban on exports of copper concentrate began on 1 January 2025.",
        "export_ban",
        "tightening",
    ),
    (
        "2025-04-04",
        "Seven rare earths need a permit",
        (
            "Exports of samarium, gadolinium, terbium, dysprosium, lutetium, scandium and yttrium from China require a "
            "licence as of 4 April 2025."
        ),
        "export_licensing",
        "tightening",
    ),
    (
        "2025-06-13",
        "India leans on IREL to keep neodymium at home",
        "New Delhi has asked state-run IREL to suspend its rare earth export deal with Japan's Toyotsu.",
        "export_suspension",
        "tightening",
    ),
    (
        "2025-07-10",
        "Washington underwrites magnet metal price",
        "The US Department of Defense guaranteed MP Materials a minimum of 110 dollars per kilogram of NdPr oxide.",
        "price_floor_or_benchmark",
        "easing",
    ),
    (
        "2025-07-15",
        "Battery know-how stays in China",
        (
            "China restricted exports of technology for LFP cathode material, lithium processing and gallium extraction "
            "on 15 July 2025."
        ),
        "technology_export_control",
        "tightening",
    ),
    (
        "2025-09-21",
        "Congo replaces cobalt embargo with quotas",
        (
            "From 16 October 2025 miners may export 18,125 tonnes of cobalt for the remainder of the year under Decision "
            "004/ARECOMS/2025."
        ),
        "export_quota",
        None,
    ),
    (
        "2025-09-29",
        "US widens blacklist to affiliates",
        (
            "The Commerce Department said that firms at least 50 percent owned by entities on the Entity List will face "
            "the same curbs."
        ),
        "entity_listing",
        "tightening",
    ),
    (
        "2025-10-09",
        "China controls machines for rare earths",
        (
            "MOFCOM and GACC Announcement No. 56 of 2025 makes exports of rare earth production equipment subject to a "
            "licence from 8 November 2025."
        ),
        "export_licensing",
        "tightening",
    ),
    (
        "2025-10-09",
        "China's rare earth rules go global",
        (
            "Foreign companies will need Beijing's permission to sell goods with Chinese rare earths in them, under "
            "MOFCOM Announcement No. 61 of 2025."
        ),
        "reexport_or_extraterritorial_control",
        "tightening",
    ),
    (
        "2025-10-30",
        "Xi and Trump strike truce on rare earths",
        (
            "The presidents agreed in Busan that China will issue general licences for rare earths, gallium, germanium, "
            "antimony and graphite."
        ),
        "cooperation_or_policy_signal",
        "easing",
    ),
    (
        "2025-11-07",
        "Beijing shelves October rare earth curbs for a year",
        "MOFCOM Announcement No. 70 of 2025 suspends Announcements No. 55 to 58, 61 and 62 of 2025 until 10 November 2026.",
        "export_licensing",
        "easing",
    ),
    (
        "2025-11-09",
        "Gallium may flow to America again, for now",
        (
            "China has put on hold until 27 November 2026 its ban on exports of gallium, germanium and antimony to the "
            "United States."
        ),
        "export_ban",
        "easing",
    ),
    (
        "2025-12-03",
        "Brussels wants to keep magnet scrap in Europe",
        (
            "The European Commission plans to restrict exports of permanent magnet scrap and aluminium scrap under "
            "RESourceEU, COM(2025) 945."
        ),
        "export_ban",
        "tightening",
    ),
    (
        "2026-01-06",
        "China bars dual-use goods for Japan's military",
        "Exports of dual-use items to Japanese military users are prohibited under MOFCOM Announcement No. 1 of 2026.",
        "export_ban",
        "tightening",
    ),
    (
        "2026-02-04",
        "Fifty nations launch critical minerals forum",
        (
            "Ministers set up FORGE to succeed the Minerals Security Partnership; the EU, the US and Japan issued a joint "
            "statement."
        ),
        "cooperation_or_policy_signal",
        "neutral",
    ),
    (
        "2026-06-22",
        "Beijing targets MP Materials and USA Rare Earth",
        (
            "China's Ministry of Commerce added ten American companies to its export control list; no dual-use items may "
            "be sold to them."
        ),
        "entity_listing",
        "tightening",
    ),
    (
        "2026-07-05",
        "Cobalt stuck in Congo as customs IT fails",
        (
            "An outage of the customs platform since 1 July has left up to 20,000 tonnes of cobalt stranded; unused "
            "quotas are forfeited."
        ),
        "logistics_or_customs_disruption",
        "tightening",
    ),
    (
        "2026-04-02",
        "Zimbabwe lets lithium out again, in rations",
        "Harare replaces its export suspension on lithium concentrate with quotas and a 10 percent export tax.",
        "export_quota",
        None,
    ),
    (
        "2015-04-23",
        "China drops duties on rare earth exports",
        "From 1 May 2015 no export tax is charged on rare earths, tungsten and molybdenum.",
        "export_tax",
        "easing",
    ),
    (
        "2010-07-08",
        "China slashes rare earth allowance",
        "The second batch brings this year's export quota for rare earths to 30,259 tonnes.",
        "export_quota",
        "tightening",
    ),
    (
        "2012-01-30",
        "China loses raw materials appeal at WTO",
        "The Appellate Body found China's export duties and quotas on bauxite, magnesium and zinc illegal.",
        "trade_dispute_step",
        None,
    ),
    (
        "2017-03-03",
        "Tanzania stops concentrate at the port",
        "President Magufuli's government banned the export of copper and gold concentrates.",
        "export_ban",
        "tightening",
    ),
    (
        "2024-04-12",
        "London and Washington shut exchanges to Russian metal",
        "New Russian aluminium, copper and nickel may not be traded on the LME or CME nor imported into the US.",
        "import_restriction_or_tariff",
        "tightening",
    ),
    (
        "2023-04-17",
        "Wa authorities order tin mines to shut in August",
        "All mining in Wa State must stop from 1 August 2023 to preserve resources, a notice of the UWSA says.",
        "production_quota_or_halt",
        "tightening",
    ),
    (
        "2025-05-30",
        "Libreville gives manganese miners until 2029",
        "Gabon's Council of Ministers decided to end exports of raw manganese on 1 January 2029.",
        "export_ban",
        "tightening",
    ),
    (
        "2022-04-20",
        "Mexico makes lithium a state preserve",
        "The reformed Mining Law puts exploration and use of lithium exclusively in the hands of the state.",
        "nationalisation",
        "tightening",
    ),
    (
        "2023-10-20",
        "China demands permits for graphite",
        (
            "Exporters of synthetic and natural flake graphite will need government permits from 1 December 2023, the "
            "commerce ministry said."
        ),
        "export_licensing",
        "tightening",
    ),
    (
        "2025-10-09",
        "Holmium and four other rare earths join control list",
        "China widened export licensing to holmium, erbium, thulium, europium and ytterbium.",
        "export_licensing",
        "tightening",
    ),
)


@pytest.mark.parametrize(("day", "title", "text", "primary", "direction"), REPORTS)
def test_a_short_report_is_understood(day, title, text, primary, direction):
    found = judged(title, text, published_at=datetime.fromisoformat(f"{day}T08:00:00+00:00"))
    assert found.event_classes[0] == primary
    assert direction in {None, found.direction}
