"""The many ways in which ministries, wires and the trade press tell one class of event."""

import pytest

from tests.reading import judged

WORDINGS = {
    "export_ban": (
        "Indonesia outlaws the sale of nickel ore abroad",
        "Raw lithium may no longer leave the country, Ghana rules",
        "Beijing prohibits gallium shipments to the United States",
        "Gabon to forbid exports of unprocessed manganese from 2029",
        "Namibia slaps embargo on exports of unprocessed lithium ore",
        "Kenya declares raw mineral exports off limits",
        "Gabun verbietet ab 2029 den Export von Manganerz",
        "Le Gabon interdit l'exportation de manganèse brut",
        "Bolivia prohíbe la exportación de estaño sin procesar",
        "商务部宣布禁止向日本出口镓",
    ),
    "export_licensing": (
        "Chinese exporters of antimony need a licence from September",
        "Germanium may be shipped abroad only with a permit, Beijing says",
        "China subjects tungsten and tellurium to export approval",
        "Graphite shippers must obtain permission from the commerce ministry for exports",
        "China adds samarium and dysprosium to its export control list",
        "Beijing tightens grip on rare earths with new export permit regime",
        "China stellt Ausfuhren von Antimon unter Genehmigungspflicht",
        "La Chine soumet à licence ses exportations de graphite",
        "China exige licencias de exportación para el germanio",
        "商务部对钨相关物项实施出口管制",
    ),
    "export_quota": (
        "DR Congo caps cobalt exports at 96,600 tonnes a year",
        "China issues second batch of rare earth export quotas",
        "Kinshasa fixes annual ceiling on cobalt shipments abroad",
        "Zimbabwe allots lithium export volumes to miners under a quota system",
        "Kongo führt Exportquoten für Kobalt ein",
        "La RDC fixe des quotas d'exportation de cobalt",
    ),
    "export_tax": (
        "Zimbabwe adds 10 percent levy on lithium concentrate exports",
        "China scraps export duties on rare earths",
        "Russia introduces export duties on nickel and copper",
        "Indonesia plans export levy on nickel products",
        "Rusia impone un impuesto a la exportación de níquel",
    ),
    "export_suspension": (
        "DR Congo halts cobalt exports for four months",
        "Zimbabwe freezes exports of lithium concentrate with immediate effect",
        "Kinshasa pauses all cobalt shipments abroad",
        "India tells IREL to stop rare earth exports to Japan",
        "Congo imposes moratorium on cobalt exports",
        "Kongo stoppt Kobaltexporte: Exportstopp für vier Monate",
        "La RDC suspend les exportations de cobalt",
    ),
    "state_trading_or_exporter_whitelist": (
        "China names companies allowed to export tungsten and antimony",
        "Beijing publishes list of approved exporters for silver",
        "Zimbabwe makes state company sole exporter of lithium",
    ),
    "technology_export_control": (
        "China bars export of rare earth magnet technology",
        "Beijing restricts transfer abroad of lithium processing know-how and technology",
        "China amends catalogue of technologies restricted from export",
        "中国禁止稀土提取技术出口",
    ),
    "reexport_or_extraterritorial_control": (
        "China requires licence for foreign-made goods with its rare earths",
        "Beijing extends rare earth rules beyond its borders",
        "Products made overseas with Chinese rare earths fall under export control",
    ),
    "entity_listing": (
        "China puts ten US defence companies on export control list",
        "US adds Chinese rare earth firms to entity list",
        "Beijing blacklists MP Materials",
        "中国将十家美国实体列入出口管制管控名单",
    ),
    "reporting_or_traceability_duty": (
        "China orders rare earth exporters to report each shipment",
        "Beijing sets up traceability system for rare earths",
        "Exporters of rare earths must disclose type and destination to the ministry",
    ),
    "local_processing_requirement": (
        "Indonesia orders miners to build smelters at home",
        "Zimbabwe tells lithium miners they must refine locally",
        "Tanzania makes local beneficiation of minerals mandatory",
    ),
    "import_restriction_or_tariff": (
        "US slaps 50 percent tariff on copper imports",
        "EU opens anti-dumping probe into Chinese manganese",
        "US and UK ban imports of Russian aluminium",
        "USA verhängen Zölle auf Kupfer",
        "Washington launches Section 232 investigation of critical mineral imports",
    ),
    "price_floor_or_benchmark": (
        "Pentagon guarantees price floor for neodymium",
        "G7 discusses minimum price for rare earths to support mines",
    ),
    "production_quota_or_halt": (
        "China cuts tungsten mining quota",
        "Wa State orders stop to all tin mining",
        "Rare earth mines in Kachin told to cease production for inspection",
        "Beijing sets rare earth smelting quota for the year",
    ),
    "licence_or_permit_revocation": (
        "Zambia cancels mining licences of cobalt producer",
        "Niger withdraws uranium mine permit from Orano",
        "Guinea strips bauxite miner of its concession",
    ),
    "nationalisation": (
        "Mexico nationalises lithium",
        "Niger takes uranium mine into state ownership",
        "Chile reserves lithium for the state: government takes over mine",
    ),
    "mine_or_plant_outage": (
        "Fire shuts titanium smelter in Norway",
        "Copper mine closed after tunnel collapse in Chile",
        "Power failure stops ferrochrome smelter in South Africa",
    ),
    "force_majeure": (
        "Rio Tinto declares force majeure on bauxite from Guinea",
        "Glencore erklärt höhere Gewalt für Kobalt",
    ),
    "strike_or_unrest": (
        "Workers walk out at Chilean copper mine",
        "Miners down tools at platinum shafts in South Africa",
        "Protesters blockade lithium mine in Serbia",
        "Huelga paraliza mina de cobre en Perú",
    ),
    "armed_conflict_or_seizure": (
        "Rebels capture tantalum mining town in Congo",
        "M23 fighters seize coltan mine",
        "Kachin army takes control of rare earth mines",
    ),
    "logistics_or_customs_disruption": (
        "Customs system outage strands cobalt cargoes in Congo",
        "Border closure blocks rare earth trucks from Myanmar",
        "Derailment cuts manganese rail line to port in Gabon",
    ),
    "natural_hazard": (
        "Earthquake hits copper region in Chile",
        "Cyclone floods graphite mine in Mozambique",
    ),
    "cyber_incident": ("Ransomware attack hits germanium producer",),
    "sanctions": (
        "EU sanctions Russian nickel trader",
        "US imposes sanctions on Congo coltan network",
    ),
    "trade_dispute_step": (
        "EU takes Indonesia to WTO over nickel ore",
        "WTO panel rules against China over rare earths",
    ),
    "stockpile_action": (
        "Japan to add gallium to its strategic reserve",
        "US buys antimony for national defense stockpile",
    ),
    "price_shock": (
        "Antimony price soars to record high",
        "Tungsten prices double in three months",
    ),
    "trade_flow_anomaly": (
        "Chinese customs data show gallium exports fell to zero",
        "China's rare earth magnet exports plunge 75 percent year on year, customs data show",
    ),
    "licence_friction": (
        "European firms wait months for Chinese rare earth export licences",
        "Backlog of applications for magnet export licences grows",
    ),
    "new_supply_or_substitution": (
        "Lynas starts production of dysprosium in Malaysia",
        "New gallium refinery opens in France",
        "Recycling plant for rare earth magnets inaugurated",
    ),
    "cooperation_or_policy_signal": (
        "EU and Chile sign partnership on lithium",
        "Japan and Australia agree memorandum of understanding on rare earths",
        "EU und USA unterzeichnen Absichtserklärung zu kritischen Rohstoffen",
    ),
    "not_relevant": (
        "Rare earth explorer reports drill results",
        "Lithium miner's share price jumps after quarterly results",
        "Mayor opens cobalt-blue swimming pool",
    ),
}


@pytest.mark.parametrize(("title", "primary"), [(title, name) for name, titles in WORDINGS.items() for title in titles])
def test_a_class_is_known_in_many_wordings(title, primary):
    assert judged(title).event_classes[0] == primary


STANCES = {
    "denied": (
        "China denies reports of gallium export ban",
        "Beijing says it has no plans to restrict rare earth exports",
        "Reports of a cobalt export ban are untrue, Kinshasa says",
        "Indonesia rules out new nickel export curbs",
        "China has not halted graphite exports, ministry says",
        "商务部否认禁止镓出口",
    ),
    "rumoured": (
        "China to halt antimony exports, sources say",
        "Beijing reportedly orders stop to germanium shipments",
        "Traders hear of rare earth export ban, unconfirmed reports say",
    ),
    "considered": (
        "Indonesia mulls export levy on nickel",
        "Chile weighs quota on lithium exports",
        "China may restrict exports of titanium",
        "Russia could limit uranium exports, Putin says",
        "Indonesien erwägt Exportsteuer auf Nickel",
    ),
    "recalled": (
        "In 2010 China stopped rare earth exports to Japan",
        "Fifteen years on: what China's rare earth embargo taught Japan",
        "Explainer: how Indonesia banned nickel ore exports",
        "Timeline of China's export controls on critical minerals",
        "Anniversary of the 2010 rare earth export ban",
    ),
    "asserted": (
        "China bans gallium exports and may widen the ban",
        "China lifts last year's ban on gallium exports",
        "China suspends ban on gallium exports until 27 November 2026",
        "Indonesia will not lift its nickel ore export ban",
        "Indonesia delays ban on bauxite exports until 2028",
    ),
}


@pytest.mark.parametrize(("title", "stance"), [(title, name) for name, titles in STANCES.items() for title in titles])
def test_how_a_report_stands_to_what_it_tells(title, stance):
    found = judged(title)
    assert found.assertion == stance
    assert found.asserted is (stance == "asserted")
