"""Invented people, companies and addresses in many countries and scripts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Country:
    """Word lists of a country; `native|latin` where its script is not Latin."""

    code: str
    currency: str
    weight: int
    first: tuple[str, ...]
    last: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    company: str
    """`{}` is replaced by the company's word."""
    vat: str | None
    """Prefix of VAT ids and how many digits follow, `DE9`."""
    family_first: bool = False
    number_first: bool = False


def _country(
    code: str,
    currency: str,
    weight: int,
    first: str,
    last: str,
    cities: str,
    streets: str,
    company: str,
    vat: str | None = None,
    *,
    family_first: bool = False,
    number_first: bool = False,
) -> Country:
    return Country(
        code,
        currency,
        weight,
        tuple(first.split()),
        tuple(last.split()),
        tuple((c.strip().partition(" ")[0], c.strip().partition(" ")[2]) for c in cities.split(",")),
        tuple(s.strip() for s in streets.split(",")),
        company,
        vat,
        family_first,
        number_first,
    )


COUNTRIES = (
    _country(
        "DE",
        "eur",
        22,
        "Lena Jonas Mia Felix Hannah Lukas Jörg Sabine Uwe Katrin "
        "Björn Anke Moritz Greta Heike Till Annika Holger",
        "Müller Schmidt Schäfer Weiß Krüger Hofmann Vogel Jäger Brandt "
        "Lorenz Böhm Kühn Seidel Albrecht Groß Arndt",
        "10119 Berlin, 20095 Hamburg, 80331 München, 50667 Köln, "
        "04109 Leipzig, 70173 Stuttgart, 44135 Dortmund",
        "Torstr., Hauptstr., Lindenallee, Am Markt, Schillerstr., Bahnhofstr., Gartenweg, Rosenthaler Str.",
        "{} GmbH",
        "DE9",
    ),
    _country(
        "AT",
        "eur",
        4,
        "Johann Elisabeth Florian Magdalena Alois Theresa Leopold Valentina",
        "Gruber Huber Wagner Pichler Steiner Moser Egger Brandstätter",
        "1010 Wien, 8010 Graz, 5020 Salzburg, 6020 Innsbruck",
        "Mariahilfer Straße, Ringstraße, Kirchengasse, Hauptplatz",
        "{} GesmbH",
        "ATU8",
    ),
    _country(
        "FR",
        "eur",
        10,
        "Camille Hugo Chloé Théo Élise Loïc Margaux Antoine Inès Baptiste Zoé Maxime Agnès Rémi",
        "Martin Bernard Dubois Lefèvre Moreau Girard Rousseau Fontaine Chevalier Gauthier Lemaître Perrin",
        "75002 Paris, 69001 Lyon, 13001 Marseille, 31000 Toulouse, 33000 Bordeaux, 59000 Lille",
        "rue de la Paix, avenue Foch, rue Victor-Hugo, place Bellecour, quai des Chartrons",
        "{} SARL",
        "FR11",
        number_first=True,
    ),
    _country(
        "ES",
        "eur",
        7,
        "Lucía Martín Sofía Álvaro Nuria Íñigo Carmen Pablo Begoña Jordi Ainhoa Ramón",
        "García Fernández Núñez Ortega Ibáñez Castaño Peña Vidal Gutiérrez Muñoz",
        "28001 Madrid, 08002 Barcelona, 46002 Valencia, 41001 Sevilla, 48001 Bilbao",
        "Calle Mayor, Gran Vía, Avenida del Puerto, Calle de Alcalá, Paseo de Gracia",
        "{} S.L.",
        "ESB8",
    ),
    _country(
        "IT",
        "eur",
        5,
        "Giulia Marco Chiara Davide Elisa Niccolò Beatrice Matteo Noemi Tommaso",
        "Rossi Bianchi Ferrari Esposito Ricci Marino Gallo Conti De-Luca Barbieri",
        "20121 Milano, 00184 Roma, 10121 Torino, 40121 Bologna, 80133 Napoli",
        "Via Roma, Corso Italia, Via Garibaldi, Piazza Dante, Via Mazzini",
        "{} S.r.l.",
        "IT11",
    ),
    _country(
        "NL",
        "eur",
        4,
        "Sanne Daan Femke Bram Lotte Joost Maud Sjoerd",
        "de-Vries van-den-Berg Jansen Bakker Visser Meijer Mulder Hoekstra",
        "1012 Amsterdam, 3011 Rotterdam, 3511 Utrecht, 5611 Eindhoven",
        "Keizersgracht, Coolsingel, Oudegracht, Stationsweg",
        "{} B.V.",
        "NL9",
    ),
    _country(
        "PL",
        "eur",
        3,
        "Zofia Jakub Małgorzata Paweł Łucja Wojciech Żaneta Grzegorz",
        "Kowalska Nowak Wiśniewski Wójcik Kamiński Zieliński Szymańska Dąbrowski",
        "00-001 Warszawa, 30-001 Kraków, 50-001 Wrocław, 80-001 Gdańsk",
        "ul. Długa, ul. Piękna, al. Jerozolimskie, ul. Świętokrzyska",
        "{} Sp. z o.o.",
        "PL10",
    ),
    _country(
        "SE",
        "eur",
        3,
        "Astrid Björn Elsa Gösta Linnéa Håkan Maja Åke",
        "Lindström Åkesson Bergqvist Nyström Öberg Sjöberg Engström Hedlund",
        "11120 Stockholm, 41103 Göteborg, 21119 Malmö, 75220 Uppsala",
        "Drottninggatan, Storgatan, Kungsgatan, Östra Hamngatan",
        "{} AB",
        "SE12",
    ),
    _country(
        "GB",
        "gbp",
        12,
        "Olivia George Amelia Harry Isla Oliver Freya Rhys Niamh Callum Priya Imogen Alfie Eilidh",
        "Smith Jones O'Brien Patel MacLeod Hughes Whitfield Clarke Bennett Okafor Sutton Fairweather",
        "EC1A-1BB London, M1-1AE Manchester, EH1-1YZ Edinburgh, BS1-4DJ Bristol, CF10-1EP Cardiff",
        "High Street, Station Road, Church Lane, Victoria Road, King Street, Mill Lane",
        "{} Ltd",
        "GB9",
        number_first=True,
    ),
    _country(
        "US",
        "usd",
        18,
        "Emma Liam Ava Noah Madison Ethan Harper Mason Abigail Logan Jamal Maria Hunter Skylar Diego Grace",
        "Johnson Williams Brown Davis Martinez Anderson Taylor Thomas "
        "Washington Nguyen Kim Rivera Cooper Brooks",
        "10001 New York, 94103 San Francisco, 60601 Chicago, 78701 Austin, 98101 Seattle, 02108 Boston",
        "Main St, Oak Ave, Market St, Elm St, Broadway, 5th Ave, Sunset Blvd",
        "{} Inc.",
        number_first=True,
    ),
    _country(
        "JP",
        "jpy",
        8,
        "さくら|sakura 翔太|shota 美咲|misaki 健一|kenichi 陽菜|hina 大輔|daisuke 結衣|yui 拓海|takumi",
        "佐藤|sato 鈴木|suzuki 高橋|takahashi 田中|tanaka 渡辺|watanabe "
        "伊藤|ito 山本|yamamoto 小林|kobayashi",
        "100-0001 東京都千代田区, 530-0001 大阪市北区, 604-8005 京都市中京区, 810-0001 福岡市中央区",
        "丸の内, 梅田, 河原町通, 天神",
        "株式会社{}",
        "T13",
        family_first=True,
    ),
    _country(
        "KR",
        "usd",
        2,
        "지민|jimin 서연|seoyeon 민준|minjun 하은|haeun 도윤|doyun",
        "김|kim 이|lee 박|park 최|choi 정|jung",
        "04524 서울, 48058 부산, 41911 대구",
        "세종대로, 해운대로, 국채보상로",
        "{} 주식회사",
        family_first=True,
    ),
    _country(
        "CN",
        "usd",
        2,
        "伟|wei 芳|fang 娜|na 秀英|xiuying 敏|min 静|jing",
        "王|wang 李|li 张|zhang 刘|liu 陈|chen 杨|yang",
        "100000 北京, 200000 上海, 518000 深圳",
        "长安街, 南京路, 深南大道",
        "{}有限公司",
        family_first=True,
    ),
    _country(
        "GR",
        "eur",
        2,
        "Ελένη|eleni Γιώργος|giorgos Μαρία|maria Νίκος|nikos Σοφία|sofia",
        "Παπαδόπουλος|papadopoulos Νικολάου|nikolaou Γεωργίου|georgiou Δημητρίου|dimitriou",
        "10431 Αθήνα, 54624 Θεσσαλονίκη",
        "Ερμού, Τσιμισκή, Πανεπιστημίου",
        "{} Α.Ε.",
        "EL9",
    ),
    _country(
        "UA",
        "usd",
        2,
        "Олена|olena Андрій|andrii Ірина|iryna Тарас|taras Соломія|solomiia",
        "Шевченко|shevchenko Коваленко|kovalenko Бондар|bondar Мельник|melnyk Ткач|tkach",
        "01001 Київ, 79000 Львів, 65000 Одеса",
        "вул. Хрещатик, пл. Ринок, вул. Дерибасівська",
        "ТОВ {}",
    ),
    _country(
        "EG",
        "usd",
        2,
        "ليلى|layla عمر|omar مريم|mariam يوسف|youssef",
        "حسن|hassan إبراهيم|ibrahim السيد|elsayed منصور|mansour",
        "11511 القاهرة, 21500 الإسكندرية",
        "شارع التحرير, شارع النيل",
        "شركة {}",
    ),
    _country(
        "IL",
        "usd",
        1,
        "נועה|noa איתן|eitan תמר|tamar דוד|david",
        "כהן|cohen לוי|levi מזרחי|mizrahi פרץ|peretz",
        "6100000 תל-אביב, 9100000 ירושלים",
        "רחוב הרצל, שדרות רוטשילד",
        '{} בע"מ',
    ),
    _country(
        "IN",
        "usd",
        4,
        "Aarav Ananya Vihaan Diya Rohan Priya Arjun Meera",
        "Sharma Iyer Banerjee Reddy Kapoor Nair Deshpande Chaudhary",
        "560001 Bengaluru, 400001 Mumbai, 110001 New Delhi, 600001 Chennai",
        "MG Road, Brigade Road, Marine Drive, Anna Salai",
        "{} Pvt. Ltd.",
    ),
    _country(
        "BR",
        "usd",
        4,
        "João Beatriz Thiago Larissa Conceição Caio Luíza Vinícius",
        "Silva Souza Araújo Gonçalves Conceição Magalhães Brandão Simões",
        "01310 São Paulo, 20040 Rio de Janeiro, 30130 Belo Horizonte, 80010 Curitiba",
        "Avenida Paulista, Rua das Flores, Rua do Ouvidor",
        "{} Ltda.",
    ),
    _country(
        "TR",
        "usd",
        2,
        "Ayşe Mehmet Elif Çağrı Gülşen İbrahim",
        "Yılmaz Şahin Çelik Öztürk Aydın Doğan",
        "34433 İstanbul, 06420 Ankara, 35210 İzmir",
        "İstiklal Caddesi, Atatürk Bulvarı",
        "{} A.Ş.",
    ),
)

_WEIGHTS = [country.weight for country in COUNTRIES]

COMPANY_WORDS = (
    "Lumen Norte Halcyon Brightside Kestrel Fjord Cobalt Juniper "
    "Atlas Meridian Saffron Quill Tidal Ember Orchard "
    "Polaris Velvet Granite Harbor Mosaic Nimbus Cedar Pixel Lantern "
    "Copper Raven Summit Willow Vertex Aurora Beacon "
    "Drift Falcon Garnet Helix Indigo Jasper Kite Lyra Maple Nova "
    "Onyx Prism Quartz Ridge Solstice Tundra Umbra"
).split()
COMPANY_TRADES = (
    "Labs Logistics Studio Media Health Energy Foods Robotics "
    "Analytics Print Travel Design Security Mobility "
    "Learning Finance Games Optics Audio Farms Supply Legal Textiles Games Cloud Works Partners"
).split()

_STRIP = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "'": ""}
)


@lru_cache(maxsize=4096)
def ascii_word(text: str) -> str:
    """The ASCII form of a word for an e-mail address."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_STRIP))
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-"))


@dataclass(frozen=True, slots=True)
class Person:
    """Name, company and address of a customer."""

    name: str
    contact: str
    company: str
    domain: str
    mailbox: str
    country: Country
    address: dict[str, Any]
    vat_id: str | None


def random_person(rng: Random, country: Country | None = None) -> Person:
    """A random person at a company. Some customers have the person's name, some the company's."""
    country = country or rng.choices(COUNTRIES, _WEIGHTS)[0]
    first, first_latin = _pair(rng.choice(country.first))
    last, last_latin = _pair(rng.choice(country.last))
    word, trade = rng.choice(COMPANY_WORDS), rng.choice(COMPANY_TRADES)
    company = country.company.format(f"{word} {trade}")
    contact = f"{last} {first}" if country.family_first else f"{first} {last}"
    zip_code, city = rng.choice(country.cities)
    street, number = rng.choice(country.streets), rng.randint(1, 180)
    address = {
        "line_1": f"{number} {street}" if country.number_first else f"{street} {number}",
        "line_2": f"Floor {rng.randint(1, 9)}" if rng.random() < 0.12 else None,
        "zip": zip_code.replace("-", " ") if country.code == "GB" else zip_code,
        "city": city,
        "state": None,
        "country": country.code,
    }
    vat_id = None
    if country.vat and rng.random() < 0.6:
        letters = country.vat.rstrip("0123456789")
        vat_id = letters + str(rng.randrange(10 ** int(country.vat[len(letters) :]))).zfill(
            int(country.vat[len(letters) :])
        )
    return Person(
        company if rng.random() < 0.42 else contact,
        contact,
        company,
        f"{word.lower()}-{trade.lower()}.example",
        f"{ascii_word(first_latin)[: 1 if rng.random() < 0.3 else None]}.{ascii_word(last_latin)}",
        country,
        address,
        vat_id,
    )


def _pair(word: str) -> tuple[str, str]:
    native, _, latin = word.partition("|")
    return native.replace("-", " ") if latin == "" and native[:2] in (
        "de",
        "va",
        "De",
    ) else native, latin or native
