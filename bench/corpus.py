"""Articles to measure on, made by a small seeded grammar in four languages, so that no text needs to be shipped.

Responsible for sentences of plausible news prose with its repetitions (the same little words, names and phrases again
and again), since repetition is what makes anchoring hard. What happens to the articles afterwards is ``edits``' subject.
"""

import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Language:
    """A grammar: sentence patterns whose words in braces are filled from the lists of that name."""

    code: str
    space: str
    stop: str
    patterns: tuple[str, ...]
    lists: dict[str, tuple[str, ...]] = field(repr=False)


def _lists(**lists: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words.strip() for words in line.split("|")) for name, line in lists.items()}


ENGLISH = Language(
    "en",
    " ",
    ".",
    (
        "{who} said on {day} that {what} would {do} {thing} by {number} percent",
        "{who} and {who} {did} {thing} in {place}, {after}",
        "In {place}, {what} {did} {number} {things} {when}",
        "The {adjective} {thing} of {place} was {done} {when}, according to {who}",
        "“{what} will {do} {thing}, and we know it,” {who} told reporters in {place}",
        "{what} has {done} {number} {things} since {day}, {who} said",
        "It is not clear whether {what} can {do} {thing} {when}",
        "{who}, who {did} {thing} in {place}, {did} the {adjective} {thing} as well",
        "On {day} the {adjective} {things} of {place} were {done} by {what}",
        "Asked about {thing}, {who} said only that the {things} were {adjective} — and {adjective}",
        "There were {number} {things} in {place} and {number} in {place}, {after}",
        "{after}, {what} {did} the {thing}",
    ),
    _lists(
        who="Mayor Anna Kowalska|the minister|a spokesman for the board|Dr. Peter Lindqvist|the union's lawyer|Ms. Okafor"
        "|the head of the council|an official|residents|the opposition leader|Professor Adeyemi|two witnesses",
        what="the council|the company|the ministry|the city|the court|the new committee|the port authority|the school board"
        "|the regional parliament|the hospital|the trust|the government",
        do="cut|raise|delay|review|replace|publish|reject|support|finance|extend|close|reopen",
        did="reviewed|rejected|supported|opened|closed|delayed|visited|described|criticised|approved|financed|measured",
        done="reviewed|rejected|supported|opened|closed|delayed|approved|published|replaced|counted|repaired|sold",
        thing="the budget|the bridge|the old plan|a report on housing|the price of water|the harbour|public transport"
        "|the contract|the election|the north line|the audit|the museum|the vote on schools|the flood wall",
        things="houses|jobs|complaints|buses|trees|patients|letters|companies|votes|schools|ships|pages",
        adjective="new|second|long|first|costly|planned|local|unusual|late|public|final|small",
        place="Rivermouth|the old town|Kestrel Bay|the capital|Northgate|the valley|Harrow Street|the suburbs|Lowfield",
        day="Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|1 May|12 June",
        when="last year|this week|in 2019|in the spring|for the third time|after a long debate|before the summer|today",
        after="the records show|it was said later|as many had expected|in spite of the protests|for the first time in years"
        "|as the newspaper reported|after two years of talks",
        number="2|3|4|7|11|15|24|40|60|120|350|1,200|two|three|a dozen",
    ),
)

UKRAINIAN = Language(
    "uk",
    " ",
    ".",
    (
        "{who} заявив у {day}, що {what} {will} {thing} на {number} відсотків",
        "{what} {did} {thing} у {place}, {after}",
        "У {place} {what} {did} {number} {things} {when}",
        "{when} {what} не {did} {thing}, як повідомив {who}",
        "«{what} {will} {thing}, і ми це знаємо», — сказав {who} у {place}",
        "За даними редакції, {what} {did} {adjective} {thing} {when}",
        "Поки що невідомо, чи {what} {will} {thing} {when}",
        "{who} додав, що в {place} є {number} {things}, а в {place} — {number}",
        "На запитання про {thing} {who} відповів, що {what} {will} його {when}",
        "{after}, {what} {did} {thing}, проте не {did} {adjective} {thing}",
        "Це {adjective} рішення, яке {what} {did} у {day}, {after}",
    ),
    _lists(
        who="міський голова|міністр|речник ради|професор Іваненко|адвокат профспілки|пан Левченко|керівник комісії|посадовець"
        "|лідер опозиції|слідчий|мер Шевчук|доктор Бойко",
        what="рада|компанія|прокуратура|громада|комісія|адміністрація порту|лікарня|обласна влада|фундація|школа|партія",
        will="скоротить|збільшить|перегляне|замінить|опублікує|відхилить|підтримає|профінансує|закриє|відкриє",
        did="переглянула|відхилила|підтримала|відкрила|закрила|затримала|описала|схвалила|профінансувала|виміряла",
        thing="бюджет|міст|старий план|звіт про житло|тариф на воду|порт|громадський транспорт|договір|під'їзд|аудит|музей"
        "|проєкт стіни",
        things="будинків|робочих місць|скарг|автобусів|дерев|пацієнтів|листів|голосів|шкіл|кораблів|сторінок",
        adjective="новий|другий|довгий|перший|дорогий|запланований|місцевий|незвичний|пізній|остаточний",
        place="Києві|старому місті|столиці|Лугані|долині|Сокільниках|передмісті|Дніпрі|Нижньому полі",
        day="понеділок|вівторок|середу|четвер|п'ятницю|суботу|неділю",
        when="торік|цього тижня|у 2019 році|навесні|втретє|після довгих дебатів|до літа|сьогодні",
        after="як свідчать записи|про це стало відомо пізніше|як багато хто й очікував|попри протести|уперше за багато років"
        "|як писала газета|після двох років перемовин",
        number="2|3|4|7|11|15|24|40|60|120|350|1200|два|три",
    ),
)

ARABIC = Language(
    "ar",
    " ",
    ".",
    (
        "قال {who} يوم {day} إن {what} {will} {thing} بنسبة {number} في المئة",
        "{did} {what} {thing} في {place}، {after}",
        "في {place} {did} {what} {number} {things} {when}",
        "وفقًا لما ذكره {who}، {did} {what} {thing} {adjective} {when}",
        "«إن {what} {will} {thing} ونحن نعلم ذلك»، هكذا قال {who} في {place}",
        "ليس من الواضح ما إذا كان {what} {will} {thing} {when}",
        "أضاف {who} أن في {place} {number} {things} وفي {place} {number}",
        "{after}، {did} {what} {thing} ولم يعلن عن {thing}",
        "وعند سؤاله عن {thing} قال {who} إن {what} {will} ذلك {when}",
    ),
    _lists(
        who="رئيس البلدية|الوزير|المتحدث باسم المجلس|الأستاذ سامي حداد|محامي النقابة|السيد مراد|رئيس اللجنة|مسؤول محلي|زعيم المعارضة",
        what="المجلس|المصرف|البرلمان|الفريق|المستشفى|الاتحاد|الحزب|المكتب الجديد",
        will="سيخفض|سيرفع|سيؤجل|سيراجع|سيستبدل|سينشر|سيرفض|سيدعم|سيموّل|سيغلق",
        did="راجع|رفض|دعم|افتتح|أغلق|أجّل|وصف|انتقد|أقرّ|موّل",
        thing="الميزانية|الجسر|الخطة القديمة|تقريرًا عن السكن|سعر المياه|الميناء|النقل العام|العقد|المتحف|سور الفيضان",
        things="منازل|وظائف|شكاوى|حافلات|أشجار|مرضى|رسائل|أصوات|مدارس|سفن|صفحات",
        adjective="من جديد|أولًا|أخيرًا|بصورة علنية|بهدوء|على عجل",
        place="العاصمة|المدينة القديمة|الوادي|الضواحي|الساحل الشمالي|شارع النخيل|خليج الصقر",
        day="الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد",
        when="في العام الماضي|هذا الأسبوع|في عام 2019|في الربيع|للمرة الثالثة|بعد نقاش طويل|قبل الصيف|اليوم",
        after="كما تظهر السجلات|كما توقع كثيرون|رغم الاحتجاجات|لأول مرة منذ سنوات|بحسب الصحيفة|بعد عامين من المحادثات",
        number="2|3|4|7|11|15|24|40|60|120|350",
    ),
)

JAPANESE = Language(
    "ja",
    "",
    "。",
    (
        "{who} は {day} に 、 {what} が {thing} を {number} パーセント {will} と 述べた",
        "{place} では {what} が {when} {number} の {things} を {did}",
        "{what} は {place} で {thing} を {did} が 、 {after}",
        "「 {what} は {thing} を {will} 」 と {who} は {place} で 記者団 に 語った",
        "{when} 、 {what} が {thing} を {will} か どうか は 明らか で は ない",
        "{after} 、 {what} は {adjective} {thing} を {did}",
        "{who} に よると 、 {place} に は {number} の {things} が あり 、 {place} に は {number} ある",
        "{thing} に ついて 問われる と 、 {who} は {what} が {when} {will} と だけ 答えた",
    ),
    _lists(
        who="市長|大臣|理事会 の 広報 担当者|田中 教授|組合 の 弁護士|委員会 の 責任者|野党 の 党首|住民|佐藤 氏|目撃者",
        what="市議会|会社|省|裁判所|新しい 委員会|港湾局|教育 委員会|病院|財団|政府",
        will="削減 する|引き上げる|延期 する|見直す|公表 する|拒否 する|支持 する|閉鎖 する|再開 する",
        did="見直した|拒否 した|支持 した|開いた|閉じた|延期 した|訪れた|批判 した|承認 した|測定 した",
        thing="予算|橋|古い 計画|住宅 に 関する 報告書|水道 料金|港|公共 交通|契約|選挙|監査|美術館|防潮堤",
        things="家|仕事|苦情|バス|木|患者|手紙|企業|票|学校|船|ページ",
        adjective="新しい|二番目 の|長い|最初 の|高価 な|地元 の|珍しい|最終 の|小さな",
        place="旧市街|首都|北門|谷|河口|郊外|隼湾|西 の 丘",
        day="月曜日|火曜日|水曜日|木曜日|金曜日|土曜日|日曜日|五月 一日",
        when="昨年|今週|二〇一九年 に|春 に|三度目 に|長い 議論 の 後|夏 の 前 に|今日",
        after="記録 が 示す とおり で ある|多く の 人 が 予想 した とおり|抗議 に も かかわらず|数年 ぶり に|二年 の 交渉 を 経て",
        number="二|三|四|七|十一|十五|二十四|四十|六十|百二十",
    ),
)

LANGUAGES = {language.code: language for language in (ENGLISH, UKRAINIAN, ARABIC, JAPANESE)}


def sentence(language: Language, chance: random.Random) -> list[str]:
    """Return the words of a sentence; its full stop hangs on the last one."""
    words: list[str] = []
    for word in chance.choice(language.patterns).split(" "):
        head, brace, rest = word.partition("{")
        name, _, tail = rest.partition("}")
        filled = (head + chance.choice(language.lists[name]) + tail if brace else word).split(" ")
        words += filled
    first = words[0]
    words[0] = first[0].upper() + first[1:] if first[0].isalpha() else first[:1] + first[1:2].upper() + first[2:]
    words[-1] += language.stop
    return words


def article(language: Language, chance: random.Random, characters: int) -> list[list[list[str]]]:
    """Return paragraphs of sentences of words, about so many characters long."""
    paragraphs: list[list[list[str]]] = []
    written = 0
    while written < characters:
        paragraph = [sentence(language, chance) for _ in range(chance.randint(2, 6))]
        written += sum(len(word) + len(language.space) for words in paragraph for word in words)
        paragraphs.append(paragraph)
    return paragraphs
