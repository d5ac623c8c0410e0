"""The texts of the demo newsroom: articles with planted errors, and what readers say about them.

Everything here is invented: the towns, the people and the figures.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article of the demo; ``days_ago`` is when it was published."""

    slug: str
    language: str
    section: str
    byline: str
    days_ago: float
    headline: str
    standfirst: str
    paragraphs: tuple[str, ...] = field(default=())

    @property
    def body(self) -> str:
        """The paragraphs as HTML."""
        return "\n".join(p if p.startswith("<") else f"<p>{p}</p>" for p in self.paragraphs)


STORIES = (
    Story(
        slug="harbour-bridge-opens",
        language="en",
        section="City",
        byline="Marta Lind",
        days_ago=0.2,
        headline="After eleven years of detours, Port Allen gets its harbour bridge",
        standfirst="The crossing cuts the way to the hospital from forty minutes to six. Not everybody is celebrating.",
        paragraphs=(
            "The first to cross was not the mayor but a baker on a delivery bicycle, who had talked his way past the "
            "barrier at a quarter to six on Monday morning. By the time the ribbon was cut, teh smell of fresh bread "
            "hung over the whole length of the new harbour bridge.",
            "The crossing, 1,240 metres long, joins the old port with the northern districts for the first time since "
            "the ferry stopped running in 2013. The city council put the final cost at <strong>84 million crowns</strong>, "
            "some 12 millions more than planned.",
            "“It did not have to take eleven years,” said Ingrid Solheim, who led the project from 2019. “We lost three "
            "of them to a single court case about a colony of swallows.” The swallows, she added, have moved in under "
            "the northern ramp.",
            "<h2>What changes for commuters</h2>",
            "From Saturday, the number 7 tram runs across the bridge every eight minutes. Buses to the University "
            "Hospital no longer go by way of the ring road, which shortens the trip from forty minutes to six. "
            "Cyclists have a lane of their own, <a href='https://example.org/map'>marked in red on the city’s map</a>.",
            "<figure><blockquote>We lost three years to a colony of swallows.</blockquote>"
            "<figcaption>Ingrid Solheim, project lead</figcaption></figure>",
            "Shopkeepers along the old ferry quay are less happy. “Nobody will come by here any more,” said Tomas "
            "Berg, whose kiosk has stood there since 1988. The council has promised him an other site.",
        ),
    ),
    Story(
        slug="river-gauge",
        language="en",
        section="Science",
        byline="Daniel Okafor",
        days_ago=1.4,
        headline="The river that is measured by hand",
        standfirst="Every morning for forty years, one woman has read the water level at Lower Weir. Her notebook has "
        "outlived three computers.",
        paragraphs=(
            "Ruth Amsel gets up at five, in winter as in summer, walks down the forty-two steps to the gauge and reads "
            "a number. Then she writes it down, with a pencil, since ink runs. She has missed nine days in forty years.",
            "The state weather service replaced her with a pressure sensor in 1997, and again in 2008 and in 2019. Each "
            "time the sensor was washed away or silted up, and each time somebody remembered the notebook. Today the "
            "series is the longest of it’s kind in the country.",
            "“A sensor gives you a number every minute,” says the hydrologist Piotr Wilk. “Ruth gives you the number "
            "that was there.” His team compared 1,300 of her readings with radar data: the mean error was 4 milimetres.",
            "The flood of June 2021 peaked at 6.8 metres, she recalls, two metres above the mark that her grandfather "
            "had cut into the wall. The mark is still there. So is the notebook.",
            "The service has now asked her to train a successor. Amsel, who turns 81 in March, has one condition: no ink.",
        ),
    ),
    Story(
        slug="night-train-returns",
        language="en",
        section="Travel",
        byline="Sofia Reis",
        days_ago=3.1,
        headline="The night train is back, and it is full until May",
        standfirst="Four sleeping cars, one dining car and a waiting list of nine thousand names.",
        paragraphs=(
            "Nobody at the railway had expected this. When bookings for the new night train opened at noon on "
            "Wednesday, the site fell over within four minutes; by the evening, every bed until the end of May was gone.",
            "The train leaves Port Allen at 21:40 and arrives in the capital at 7:15, in time for a first meeting. It "
            "consists of four sleeping cars and a dining car that were built in 1974 and spent the last twenty years "
            "in a shed. A bed costs from 49 crowns.",
            "“We are seeing students, pensioners and a surprising number of judges,” said the operator’s spokeswoman, "
            "Helena Moreau. The company, which lost its last sleeping-car attendant to retirement in 2004, had to "
            "write the training manual anew.",
            "A second train is to follow in Autumn. It will carry bicycles, and – for the first time on this route – "
            "a car for families with small children.",
        ),
    ),
    Story(
        slug="міст-через-старицю",
        language="uk",
        section="Місто",
        byline="Оксана Гнатюк",
        days_ago=0.6,
        headline="Міст через Старицю відкрили на рік раніше",
        standfirst="Мешканці лівого берега вперше за двадцять років доїдуть до центру без об’їзду.",
        paragraphs=(
            "У Липовецьку відкрили новий міст через річку Стариця. Рух машин і пішоходів почався в понеділок о шостій "
            "ранку – на рік раніше, ніж передбачав договір. Будівництво коштувало 312 мільонів гривень.",
            "«Ми не просили про дострокове відкриття, ми просили про якість», – сказала міська голова Ірина Савченко. "
            "За її словами, міст витримає навантаження у 80 тонн і простоїть щонайменше сто років.",
            "Довжина споруди становить 486 метрів. На ній є дві смуги для автомобілів, трамвайна колія та велодоріжка. "
            "Старий понтонний міст, який прослужив з 1998 року, розберуть до кінця листопада.",
            "Водночас на лівому березі побоюються заторів. «Вулиця Садова не готова до такого потоку», – каже мешканець "
            "району Петро Бондар. У міськраді відповіли, що світлофор на перехресті з вулицею Шкільною запрацює "
            "в слідуючий вівторок.",
        ),
    ),
    Story(
        slug="бібліотека-на-колесах",
        language="uk",
        section="Культура",
        byline="Андрій Коваль",
        days_ago=5.2,
        headline="Бібліотека на колесах об’їхала сорок сіл за літо",
        standfirst="Старий автобус возить по Заріччю три тисячі книжок і одну кавоварку.",
        paragraphs=(
            "Автобус із написом «Читай» зупиняється біля школи в селі Вербівка щочетверга рівно о третій. Діти "
            "чекають на нього з самого ранку, а дорослі вдають, що прийшли по каву.",
            "За літо бібліотека на колесах об’їхала сорок сіл і видала 7 200 книжок. Не повернули лише одинадцять. "
            "«Це найкращій показник з усіх бібліотек області», – усміхається водій і бібліотекар Микола Дзюба.",
            "Найчастіше беруть детективи та книжки про бджіл. Восени маршрут розширять іще на вісім сіл, а в автобусі "
            "встановлять обігрівач, на який читачі зібрали кошти самі.",
        ),
    ),
    Story(
        slug="منارة-رأس-الزعتر",
        language="ar",
        section="الساحل",
        byline="ليلى منصور",
        days_ago=1.1,
        headline="منارة رأس الزعتر تُضاء من جديد بعد تسعة عشر عامًا",
        standfirst="حارسها القديم علّم ابنته تشغيلها في ليلة واحدة. والصيادون يقولون إنهم لم يحتاجوا إليها قط.",
        paragraphs=(
            "عند غروب يوم الثلاثاء صعد سالم الحداد درجات المنارة المئة والاثنتي عشرة، وفي يده مفتاح لم يستعمله منذ عام "
            "2007. وبعد دقيقتين دار الضوء فوق الخليج، وصفّق كل من كان على الرصيف.",
            "كلّف ترميم المنارة <strong>3.4 ملايين دينار</strong>، دفع الأهالي ثلثها من بيع الزعتر والصابون. ويُرى ضوؤها "
            "من مسافة ثمانية وعشرين ميلًا بحريًا، وهي المسافة نفسها التي سُجّلت يوم افتتاحها عام 1931.",
            "قال الصياد يوسف مراد: «لم نكن نحتاج إليها، فلدينا أجهزة تحديد المواقع (GPS)». ثم أضاف وهو ينظر إلى الأعلى: «لكن "
            "الليل كان أطول من دونها».",
            "<h2>كل يوم جمعة</h2>",
            "ستفتح المنارة أبوابها للزوار كل يوم جمعة ابتداءً من أول الشهر المقبل. أما الدرجات فلا مصعد إلى جانبها، وهاذا "
            "أمر لا ينوي أحد تغييره.",
        ),
    ),
)


EDITORS = (
    ("olena", "Olena", "Marchenko", "Editors"),
    ("james", "James", "Whitfield", "Editors"),
    ("iryna", "Iryna", "Bondarenko", "Standards editors"),
    ("chief", "Victor", "Lang", "Chief editors"),
)
PASSWORD = "newsroom-demo"  # noqa: S105 - printed at the start, for a database that holds nothing but the demo
