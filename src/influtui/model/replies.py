"""Tell what somebody wrote from what they quoted. Nothing is deleted: the quoted part is folded, and can be opened.

A quotation begins with a line that says who wrote when ("On Monday … wrote:", in any language that mail programs speak),
with the headers of a message, with a rule and its title, or with `>`. Where an answer stands between quoted lines the
text is left whole, since what follows a quotation may be what matters; `spoken` then gives the sender's own lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

LINE: Final = 400
"""Characters of a line that are looked at; what says who wrote when is shorter."""
_LINES_OF_ATTRIBUTION: Final = 3

_QUOTED: Final = re.compile(r"^\s*>")
_VERB: Final = re.compile(
    r"(?<!\w)(?:wrote|writes|schrieb|geschrieben|geschreven|pisze|a écrit|ha scritto|escribió|escreveu|schreef|skrev|"
    r"napisał(?:\(a\)|a)?|napsal(?:\(a\)|a)?|napísal|kirjoitti|kirjutas|написа(?:л\(а\)|ла|л)|пишет|írta|yazdı|a scris|"
    r"έγραψε|rašė|viết|menulis|napisao|napisala|rakstīja|quoting|zitat von|citando|כתב|كتب)(?!\w)|写道|寫道|写到|"
    r"書きました|のメール|님이 작성|작성",
    re.IGNORECASE,
)
# What the last line of an attribution ends with: a colon, an address, or a word that some programs put there.
_LAST: Final = (
    ":",
    "：",
    ">",
    ")",
    "wrote",
    "schrieb",
    "écrit",
    "scritto",
    "escribió",
    "escreveu",
    "skrev",
    "writes",
    "写道",
)
_WHEN: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[:.]\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})|\d+[年월月]"
)
_TIME: Final = re.compile(r"(?<![\d.])\d{1,2}[:.]\d\d(?![\d.]*\d)|\d{1,2}[时時시]\s?\d\d[分분]")
_DAY: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}")
_IN_BRACKETS: Final = re.compile(r"<[^\s<>@]{1,64}@[^\s<>@]{1,120}>")
_ADDRESS: Final = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,120}")
_STARTS: Final = re.compile(r"^\s*(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu|In data|På|Dne|Vào)\s", re.IGNORECASE)
# The end of an address in angle brackets that was broken before it.
_BROKEN: Final = re.compile(r"^\s*>\s*\S{0,12}\s*:\s*$")
_ENDS: Final = re.compile(r"[:：]\s*$")
# How older programs of Google put it: the day and the address, nothing else.
_DAY_AND_ADDRESS: Final = re.compile(r"^\d{4}[/-]\d{1,2}[/-]\d{1,2}\b.{0,120}<[^\s<>@]{1,64}@[^\s<>@]{1,120}>\s*$")
# A rule with its title: "-----Original Message-----", "==== Message du …", "________".
_TITLE: Final = re.compile(
    r"^\s*[-_=*]{2,}\s*(?:\w+ ){0,3}?(?:(?:original|forwarded|forwarded by|reply|initial)\s*(?:message|mail)|"
    r"ursprüngliche nachricht|antwort nachricht|"
    r"originalnachricht|weitergeleitete nachricht|message d'origine|message original|message transféré|mensaje original|"
    r"mensagem original|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|ursprungligt meddelande|"
    r"opprinnelig melding|oprindelig (?:meddelelse|besked)|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|"
    r"původní zpráva|eredeti üzenet|исходное сообщение|пересылаемое сообщение|orijinal ileti|mesaj original|原始邮件|"
    r"原始郵件|元のメッセージ|원본 메시지)\b.{0,40}$",
    re.IGNORECASE,
)
_RULES: Final = "-_=*"
_SIGNS: Final = (">", *_RULES)
_BARE_RULE: Final = re.compile(r"^\s*[-_=*]{4,}\s*$")
_FROM: Final = re.compile(
    r"^[\s*]*(?:From|Von|De|Da|Van|Od|Fra|Från|Lähettäjä|Från|Feladó|Kimden|Gönderen|От|От кого|Від|Nuo|Dari|De la|"
    r"Từ|จาก|מאת|من|Expéditeur|Remitente|"
    r"Mittente|Afzender|Absender|发件人|寄件者|差出人|보낸 ?사람|Message du|Από)[\s*]*[:：][\s*]*\S",
    re.IGNORECASE,
)
_NEXT: Final = re.compile(
    r"^[\s*]*(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé(?: le)?|À|Objet|Enviado(?: el| em)?|Fecha|Para|"
    r"Asunto|Assunto|Inviato|Data|A|Oggetto|Verzonden|Aan|Onderwerp|Wysłano|Do|Temat|Sendt|Dato|Til|Emne|Skickat|Till|Ämne|"
    r"Lähetetty|Vastaanottaja|Aihe|Küldve|Címzett|Tárgy|Tarih|Gönderilme|Kime|Konu|Отправлено|Дата|Кому|Тема|Odesláno|Komu|"
    r"Předmět|Odoslané|Poslano|Prima|Predmet|Изпратено|До|Относно|Надіслано|Στάλθηκε|Αποστολή|Ημερομηνία|Προς|Θέμα|"
    r"Trimis|Către|Subiect|Išsiųsta|Kam|Tema|Gönderildi|Elküldve|Enviada em|Enviado em|Dikirim|Kepada|Perihal|Subjek|"
    r"Đã gửi|Tới|Đến|Chủ đề|ส่ง|ถึง|เรื่อง|נשלח|אל|נושא|تم الإرسال|إلى|الموضوع|发送时间|收件人|主题|日期|寄件日期|"
    r"收件者|主旨|傳送日期|副本|抄送|送信日時|宛先|件名|보낸 ?날짜|받는 ?사람|제목)[\s*]*[:：][\s*]*\S?",
    re.IGNORECASE,
)
# A title between rules, in whatever language: what tells is the sender's line below it.
_ANY_TITLE: Final = re.compile(r"^\s*[-_=*]{3,}\s?[^-_=*\s][^-_=*]{2,40}[-_=*]{3,}\s*$")
# What a program adds below an answer. It belongs to nobody's words.
_PROGRAM: Final = re.compile(
    r"^\s*(?:sent from (?:my|outlook|yahoo|mail|proton|samsung)\b.{0,60}|get outlook for .{0,60}|gesendet (?:von|mit)\b.{0,80}|"
    r"von meinem .{0,40} gesendet.{0,20}|envoyé (?:de|à partir|depuis)\b.{0,80}|enviado (?:desde|do|a partir)\b.{0,80}|"
    r"inviato da\b.{0,80}|verzonden (?:vanaf|met)\b.{0,60}|skickat från\b.{0,60}|sendt fra\b.{0,60}|wysłane z\b.{0,60}|"
    r"отправлено (?:с|из)\b.{0,60}|iphoneから送信|发自我的.{0,40}|從我的.{0,30}傳送|나의 .{0,30}에서 보냄|"
    r"lähetetty .{0,40}(?:stani|sta)|"
    r"odesláno z\b.{0,60}|odoslané z\b.{0,60}|küldve .{0,60}|trimis de pe\b.{0,60}|.{0,40}cihazımdan gönderildi|"
    r"надіслано з\b.{0,60}|"
    # What stands above a message that was passed on.
    r"(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:transféré|réexpédié)|"
    r"inizio messaggio inoltrato|"
    r"inicio del mensaje reenviado|início da mensagem (?:reencaminhada|encaminhada)|begin doorgestuurd bericht|"
    r"vidarebefordrat (?:brev|mejl)|начало (?:пересылаемого|переадресованного) сообщения|下面是被转发的邮件|"
    r"開始轉寄郵件|転送されたメッセージ).{0,3})\s*$",
    re.IGNORECASE,
)
_SIGNATURE: Final = "--"
_WRAPPED: Final = 60
"""Characters from which a quoted line may have been broken, its end standing below without a mark."""

# The whole of what is written above a quotation, without punctuation: our own footer says the word too.
_STOP: Final = frozenset(
    {
        "stop", "unsubscribe", "remove me", "take me off", "please remove me", "please stop", "stop emailing me",
        "do not contact me", "do not contact me again", "abmelden", "bitte abmelden", "désinscription", "baja", "cancella",
    }
)  # fmt: skip


class Reply(NamedTuple):
    """`written` and `quoted` together are the whole text."""

    written: str
    quoted: str


def folded(text: str) -> Reply:
    """Split a message where its quotation begins: the earliest line after which everything is quoted.

    An answer written between quoted lines is left whole: what follows a quotation may be what matters.
    """
    lines = text.split("\n")
    start = next((at for at in _suspects(lines) if _begins(lines, at)), len(lines))
    if start == len(lines):
        start = _below_program(lines)
    elif _has_answer_inside(lines, start):
        return Reply(text, "")
    if start == len(lines):
        return Reply(text, "")
    start = _above(lines, start)
    return Reply("\n".join(lines[:start]), "\n".join(lines[start:]))


def spoken(text: str) -> str:
    """The sender's own lines, wherever they stand: above, between or below what they quote."""
    lines = folded(text).written.split("\n")
    own: list[str] = []
    is_quoting = any(map(_QUOTED.match, lines))
    at = 0
    while at < len(lines):
        end = _attribution_end(lines, at) if is_quoting else None
        if end is not None and any(_QUOTED.match(line) for line in lines[end : end + 2]):
            at = end
            continue
        if not _QUOTED.match(lines[at]):
            own.append(lines[at])
        at += 1
    return "\n".join(own)


def asks_to_stop(text: str) -> bool:
    """Whether an answer says nothing but that its writer wants no more messages."""
    return says_stop(spoken(text))


def says_stop(written: str) -> bool:
    """Whether these words of somebody, all of them, ask for no more messages."""
    if len(written) > LINE:
        return False
    return " ".join(re.sub(r"[^\w\s]", "", written.casefold()).split()) in _STOP


def _suspects(lines: list[str]) -> Iterator[int]:
    """The lines at which a quotation may begin, by signs that cost little: nearly every line is turned away here."""
    closing = [line.rstrip().endswith(_LAST) for line in lines]
    closing += [False] * _LINES_OF_ATTRIBUTION
    for at, line in enumerate(lines):
        if (
            True in closing[at : at + _LINES_OF_ATTRIBUTION]
            or ":" in line
            or "：" in line
            or line.lstrip()[:1] in _SIGNS
        ):
            yield at


def _begins(lines: list[str], at: int) -> bool:
    line = lines[at][:LINE]
    begin = line.lstrip()[:1]
    if not begin:
        return False
    if begin == ">" or (begin in _RULES and _TITLE.match(line)):
        return True
    if begin in _RULES and _ANY_TITLE.match(line):
        return any(map(_FROM.match, lines[at + 1 : at + 3]))
    if ":" not in line and "：" not in line:
        return _attribution_end(lines, at) is not None
    if _FROM.match(line):
        # People begin lines with these words too: an address, a day or two more fields make it a header.
        fields = sum(1 for each in lines[at + 1 : at + 6] if _NEXT.match(each[:LINE]))
        return fields >= (1 if "@" in line or _WHEN.search(line) else 2)
    if _NEXT.match(line):
        below = [each[:LINE] for each in lines[at + 1 : at + 5]]
        return any(map(_FROM.match, below)) and sum(1 for each in below if _NEXT.match(each)) >= 2
    return _attribution_end(lines, at) is not None


def _attribution_end(lines: list[str], at: int) -> int | None:
    """Where the lines end that say who wrote when, or None where none begin here."""
    # Nearly every line is turned away here, before the patterns.
    for line in lines[at : at + _LINES_OF_ATTRIBUTION]:
        if line.rstrip().endswith(_LAST):
            break
    else:
        return None
    joined = ""
    for end in range(at, min(at + _LINES_OF_ATTRIBUTION, len(lines))):
        line = lines[end]
        if not line.strip() or len(line) > LINE or (_QUOTED.match(line) and not _BROKEN.match(line)):
            return None
        joined = f"{joined} {line.strip()}".strip()
        if end == at and not (_STARTS.match(joined) or _WHEN.search(joined) or _VERB.search(joined)):
            return None
        if _is_attribution(joined) or _introduces(joined, lines[end + 1 : end + 3]):
            return end + 1
    return None


def _introduces(text: str, below: list[str]) -> bool:
    """Whether a line says that somebody wrote, though neither when nor from where, and what they wrote stands quoted below."""
    return bool(_STARTS.match(text) and _VERB.search(text) and _ENDS.search(text)) and any(map(_QUOTED.match, below))


def _is_attribution(text: str) -> bool:
    if len(text) > LINE:
        return False
    when, address, ends = _WHEN.search(text), "@" in text and _ADDRESS.search(text), _ENDS.search(text)
    verb = _VERB.search(text)
    if verb is None and _DAY_AND_ADDRESS.match(text):
        return True
    if verb is None:
        # Some programs give the day and the address and leave out the verb, or say it in a language not known here.
        is_closed = text.rstrip(" :：").endswith((">", ")", '"')) or (_IN_BRACKETS.search(text) and _has_time(text))
        return bool(ends and when and address and is_closed)
    if ends:
        is_dated = (_STARTS.match(text) and (when or address)) or (when and address) or _has_time(text)
        return bool(is_dated or (address and "<" in text))
    return bool(when and address and (text.endswith((">", ")")) or not text[verb.end() :].strip()))


def _has_time(text: str) -> bool:
    """Whether a text names a day and a time of it."""
    return bool(_TIME.search(text) and _DAY.search(text))


def _below_program(lines: list[str]) -> int:
    """Where a program says its name between an answer and more text: some quote below it without any mark."""
    for at in range(1, len(lines) - 2):
        is_between = not lines[at - 1].strip() and not lines[at + 1].strip()
        if is_between and _PROGRAM.match(lines[at][:LINE]) and any(line.strip() for line in lines[:at]):
            return at if any(line.strip() for line in lines[at + 1 :]) else len(lines)
    return len(lines)


def _above(lines: list[str], start: int) -> int:
    """Where the quotation begins with the rule above it, and with what a program added above that."""
    at = start
    while at > 0 and (
        not lines[at - 1].strip() or _BARE_RULE.match(lines[at - 1]) or _PROGRAM.match(lines[at - 1][:LINE])
    ):
        at -= 1
    if all(not line.strip() for line in lines[at:start]):
        return start
    while at < start and not lines[at].strip():
        at += 1
    return at if any(line.strip() for line in lines[:at]) else start


def _has_answer_inside(lines: list[str], start: int) -> bool:
    """Whether words stand after quoted lines that are marked with `>`: an answer in between."""
    quoted = ""
    for at in range(start, len(lines)):
        line = lines[at]
        if _BROKEN.match(line):
            continue
        if quoted and line.rstrip() == _SIGNATURE:
            return False
        if _QUOTED.match(line):
            quoted = line
        elif quoted and line.strip():
            if (
                len(quoted) >= _WRAPPED
                and lines[at - 1] == quoted
                and (at + 1 == len(lines) or _ends_quote(lines[at + 1]))
            ):
                continue
            if not _PROGRAM.match(line[:LINE]) and not _attribution_end(lines, at):
                return True
    return False


def _ends_quote(line: str) -> bool:
    return not line.strip() or bool(_QUOTED.match(line))
