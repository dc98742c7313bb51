"""Countries: ISO 3166-1 alpha-2 codes and short English names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from wbtui.models.folding import squash

_NAMES = """
AF Afghanistan; AX Åland Islands; AL Albania; DZ Algeria; AS American Samoa; AD Andorra; AO Angola; AI
Anguilla; AQ Antarctica; AG Antigua and Barbuda; AR Argentina; AM Armenia; AW Aruba; AU Australia; AT
Austria; AZ Azerbaijan; BS Bahamas; BH Bahrain; BD Bangladesh; BB Barbados; BY Belarus; BE Belgium; BZ
Belize; BJ Benin; BM Bermuda; BT Bhutan; BO Bolivia; BQ Bonaire, Sint Eustatius and Saba; BA Bosnia and
Herzegovina; BW Botswana; BV Bouvet Island; BR Brazil; IO British Indian Ocean Territory; BN Brunei; BG
Bulgaria; BF Burkina Faso; BI Burundi; CV Cabo Verde; KH Cambodia; CM Cameroon; CA Canada; KY Cayman
Islands; CF Central African Republic; TD Chad; CL Chile; CN China; CX Christmas Island; CC Cocos
Islands; CO Colombia; KM Comoros; CG Congo; CD Democratic Republic of the Congo; CK Cook Islands; CR
Costa Rica; CI Côte d'Ivoire; HR Croatia; CU Cuba; CW Curaçao; CY Cyprus; CZ Czechia; DK Denmark; DJ
Djibouti; DM Dominica; DO Dominican Republic; EC Ecuador; EG Egypt; SV El Salvador; GQ Equatorial
Guinea; ER Eritrea; EE Estonia; SZ Eswatini; ET Ethiopia; FK Falkland Islands; FO Faroe Islands; FJ
Fiji; FI Finland; FR France; GF French Guiana; PF French Polynesia; TF French Southern Territories; GA
Gabon; GM Gambia; GE Georgia; DE Germany; GH Ghana; GI Gibraltar; GR Greece; GL Greenland; GD Grenada;
GP Guadeloupe; GU Guam; GT Guatemala; GG Guernsey; GN Guinea; GW Guinea-Bissau; GY Guyana; HT Haiti; HM
Heard and McDonald Islands; VA Vatican City; HN Honduras; HK Hong Kong; HU Hungary; IS Iceland; IN
India; ID Indonesia; IR Iran; IQ Iraq; IE Ireland; IM Isle of Man; IL Israel; IT Italy; JM Jamaica; JP
Japan; JE Jersey; JO Jordan; KZ Kazakhstan; KE Kenya; KI Kiribati; KP North Korea; KR South Korea; KW
Kuwait; KG Kyrgyzstan; LA Laos; LV Latvia; LB Lebanon; LS Lesotho; LR Liberia; LY Libya; LI
Liechtenstein; LT Lithuania; LU Luxembourg; MO Macao; MG Madagascar; MW Malawi; MY Malaysia; MV
Maldives; ML Mali; MT Malta; MH Marshall Islands; MQ Martinique; MR Mauritania; MU Mauritius; YT
Mayotte; MX Mexico; FM Micronesia; MD Moldova; MC Monaco; MN Mongolia; ME Montenegro; MS Montserrat; MA
Morocco; MZ Mozambique; MM Myanmar; NA Namibia; NR Nauru; NP Nepal; NL Netherlands; NC New Caledonia; NZ
New Zealand; NI Nicaragua; NE Niger; NG Nigeria; NU Niue; NF Norfolk Island; MK North Macedonia; MP
Northern Mariana Islands; NO Norway; OM Oman; PK Pakistan; PW Palau; PS Palestine; PA Panama; PG Papua
New Guinea; PY Paraguay; PE Peru; PH Philippines; PN Pitcairn; PL Poland; PT Portugal; PR Puerto Rico;
QA Qatar; RE Réunion; RO Romania; RU Russia; RW Rwanda; BL Saint Barthélemy; SH Saint Helena; KN Saint
Kitts and Nevis; LC Saint Lucia; MF Saint Martin; PM Saint Pierre and Miquelon; VC Saint Vincent and the
Grenadines; WS Samoa; SM San Marino; ST Sao Tome and Principe; SA Saudi Arabia; SN Senegal; RS Serbia;
SC Seychelles; SL Sierra Leone; SG Singapore; SX Sint Maarten; SK Slovakia; SI Slovenia; SB Solomon
Islands; SO Somalia; ZA South Africa; GS South Georgia; SS South Sudan; ES Spain; LK Sri Lanka; SD
Sudan; SR Suriname; SJ Svalbard and Jan Mayen; SE Sweden; CH Switzerland; SY Syria; TW Taiwan; TJ
Tajikistan; TZ Tanzania; TH Thailand; TL Timor-Leste; TG Togo; TK Tokelau; TO Tonga; TT Trinidad and
Tobago; TN Tunisia; TR Türkiye; TM Turkmenistan; TC Turks and Caicos Islands; TV Tuvalu; UG Uganda; UA
Ukraine; AE United Arab Emirates; GB United Kingdom; US United States; UM United States Minor Outlying
Islands; UY Uruguay; UZ Uzbekistan; VU Vanuatu; VE Venezuela; VN Vietnam; VG British Virgin Islands; VI
US Virgin Islands; WF Wallis and Futuna; EH Western Sahara; YE Yemen; ZM Zambia; ZW Zimbabwe
"""

COUNTRIES: Mapping[str, str] = {
    entry.strip()[:2]: entry.strip()[3:] for entry in " ".join(_NAMES.split()).split(";")
}
"""Country code → name."""

_OTHER_NAMES = """
AT Österreich; BE België, Belgique, Belgien; BG България; BR Brasil; CH Schweiz, Suisse, Svizzera; CN 中国;
CY Κύπρος; CZ Czech Republic, Česko; DE Deutschland; DK Danmark; EE Eesti; EG مصر; ES España; FI Suomi;
GB UK, England; GR Ελλάδα, Hellas; HR Hrvatska; HU Magyarország; IE Éire; IL ישראל; IN भारत; IT Italia;
JP 日本; KR 한국, 대한민국; LT Lietuva; LU Lëtzebuerg, Luxemburg; LV Latvija; NL Holland, Nederland;
PL Polska; SE Sverige; SI Slovenija; SK Slovensko; TR Turkey; UA Україна, Ukraina; US USA
"""

OTHER_NAMES: Mapping[str, str] = {
    name: entry[:2] for entry in " ".join(_OTHER_NAMES.split()).split("; ") for name in entry[3:].split(", ")
}
"""Other names → country code: former ones, and those in languages of the country."""


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, str]:
    found = {squash(name): code for code, name in COUNTRIES.items()}
    found.update({squash(name): code for name, code in OTHER_NAMES.items()})
    return found | {code.lower(): code for code in COUNTRIES}


def country_code(typed: str) -> str | None:
    """Return the code for a country code or name, None if there is no such country."""
    return _by_spelling().get(typed.strip().lower()) or _by_spelling().get(squash(typed))


def country_name(code: str) -> str:
    """Return the name of a country, or the code itself if it is unknown."""
    return COUNTRIES.get(code.strip().upper(), code)


def country_names(code: str) -> tuple[str, ...]:
    """Return all names of a country: the English one, former ones, and those in its languages."""
    return (country_name(code), *(name for name, of in OTHER_NAMES.items() if of == code.strip().upper()))
