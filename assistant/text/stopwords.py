"""Words that say nothing about what a text is about, in the three languages, question words among them."""

from __future__ import annotations

from assistant.text.script import fold

_KAZAKH = """
    және мен пен бен да де та те бұл осы сол ол олар біз сіз сен сендер үшін туралы бойынша арқылы кейін дейін соң бұрын қарай
    болды болады болып болған болса болу бола болмақ екен еді емес бар жоқ деп деген деді дейді ғана тағы ал бірақ өз өзі оның
    оны оған одан онда олардың оларды біздің бізге сіздің сізге менің маған әр бір әрі қандай қанша қалай қайда қашан қайдан қай
    қайсы неше нешінші неге неліктен кім кімнің кімге кімді кімнен кіммен кімдер не немен неден неде нені ненің нелер несі ма ме
    ба бе па пе ше отыр отырған тұр жатыр жатқан жүр жүрген керек қажет мүмкін ғой ау сияқты секілді сондай мұндай осындай сондықтан
    себебі өйткені немесе яки егер сонымен қатар бірге ішінде арасында арасындағы кезінде тек өте ең барлық бәрі кейбір жылы жылғы
    ға ге қа ке ден дан тен тан нен ның нің дың дің тың тің ды ді ты ті ны ні дегі дағы
"""
_RUSSIAN = """
    и в во не что он на я с со как а то все она так его но да ты к ко у же вы за бы по ее мне было вот от меня еще нет о об из ему
    теперь когда даже ну ли если уже или ни быть был него до вас нибудь опять уж вам ведь там потом себя ничего ей может они тут где
    есть надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто этот того потому этого какой
    какая какое какие каких каким какими какую каком какого ним здесь этом один почти мой тем чтобы нее сейчас были куда зачем всех
    никогда можно при наконец два другой хоть после над больше тот через эти нас про всего них какова каков каковы много разве эту моя
    впрочем свою этой перед иногда лучше чуть том такой им более всегда конечно всю между это сколько скольких почему откуда чей чья
    чье чьи кого кому кем ком который которая которое которые которых которой котором которого которую является являются также г гг
"""
_ENGLISH = """
    a about above after again against all am an and any are as at be because been before being below between both but by can could did
    do does doing down during each few for from further had has have having he her here hers him his how i if in into is it its itself
    just many me more most much my no nor not now of off on once only or other our ours out over own same she should so some such than
    that the their theirs them then there these they this those through to too under until up us very was we were what when where
    which while who whom whose why will with would you your yours s t d ll re ve m
"""
_WITHOUT_KAZAKH_LETTERS = str.maketrans("әғқңөұүһі", "агкноуухи")

STOP_WORDS = frozenset(
    word
    for words in (_KAZAKH, _KAZAKH.translate(_WITHOUT_KAZAKH_LETTERS), _RUSSIAN, _ENGLISH)
    for word in fold(words).split()
)
