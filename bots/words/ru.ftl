# Russian words for people. The same ids and arguments as in en.ftl; whole numbers take one of three forms: one
# (1, 21), few (2 to 4, 22), many (0, 5 to 20, 100). A form `one` always names its number, since 21 takes it too.

### The conversation

language-name = Русский
language-set = Теперь я пишу вам по-русски.

welcome = Здравствуйте! Я рисую портреты, похожие на вас, в стиле, который вы выберете. Для этого нужны фотографии одного человека: трёх достаточно, больше десяти использовать не получится.
welcome-back = С возвращением!
consent-title = Прежде чем начать
consent-text = Ваши фотографии нужны только для одного: небольшая модель изучает по ним ваше лицо (это ваша Face LoRA) и рисует ваши портреты. Они хранятся в зашифрованном виде, никто другой не имеет к ним доступа, а после обучения они удаляются. { kept-for } Удалить всё сразу можно в любой момент.
kept-for = { $days ->
    [0] Ваша Face LoRA и портреты остаются, пока вы их не удалите.
    [one] Ваша Face LoRA и портреты удаляются через { $days } день или сразу, как только вы пожелаете.
    [few] Ваша Face LoRA и портреты удаляются через { $days } дня или сразу, как только вы пожелаете.
   *[many] Ваша Face LoRA и портреты удаляются через { $days } дней или сразу, как только вы пожелаете.
}
consent-only-yours = Присылайте только свои фотографии или фотографии человека, который на это согласен.
consent-button = Даю согласие
consent-first = Принимать фотографии можно только после вашего согласия с тем, как они используются. Это фото не сохранено: сначала дайте согласие, а потом пришлите его ещё раз.
consent-thanks = Спасибо. Теперь пришлите не меньше { $least } фото одного человека: лицом к камере, при хорошем свете, без других людей в кадре. Хорошо, если снимки сделаны в разные дни и с разным выражением лица.
consent-old = Текст изменился с тех пор, как вы его видели. Прочитайте его, пожалуйста, ещё раз и дайте согласие снова.

photos-ask = Пришлите не меньше { $least } фото одного человека: лицом к камере, при хорошем свете, без других людей в кадре. Хорошо, если снимки сделаны в разные дни и с разным выражением лица.
photos-next-set = Это фото войдёт в следующий набор: текущий заказ выполняется по тем фотографиям, с которых начался.
photos-cleared = Все фотографии этого набора удалены. Присылайте новые, когда захотите.
sitter-ask = На этих фотографиях не тот человек, что раньше. Есть ли у вас его согласие?
sitter-yes = Да, согласие есть
sitter-no = Нет
sitter-gone = Фотографии удалены. Пришлите свои фотографии или фотографии того, кто дал согласие.
photos-too-few = { $good ->
    [0] Пока нет ни одного подходящего фото
    [one] Пока есть { $good } подходящее фото
    [few] Пока есть { $good } подходящих фото
   *[many] Пока есть { $good } подходящих фото
  }, а нужно { $least }. Пришлите ещё { $missing } и нажмите «Готово».
photos-checking = Проверка ещё не закончена: { $checking } фото. Подождите немного и нажмите «Готово» ещё раз.
photos-count = Подходящих фото: { $good } из { $least }
photos-count-enough = { $good ->
    [one] { $good } подходящее фото
    [few] { $good } подходящих фото
   *[many] { $good } подходящих фото
  }: можно начинать
photo-unknown = Этого фото здесь больше нет.
photo-removed = Фото удалено.

styles-ask = Какой стиль выберете?
style-unknown = Стиля «{ $style }» нет. Выберите один из показанных.
style-none-yet = Вы ещё не выбрали стиль. Выберите один из показанных.
template-kept = Картинка у меня. Выберите стиль, и я нарисую вас на месте самого крупного лица на ней: { $count ->
    [one] { $count } картинка
    [few] { $count } картинки
   *[many] { $count } картинок
  }. Я храню её зашифрованной и удалю, когда всё будет готово; если передумаете, отмените.
template-photos-first = Сначала ваши фото: пришлите не меньше { $least }. Когда они подойдут, пришлите эту картинку ещё раз.
template-dropped = Картинка удалена. Следующие портреты будут без неё.
template-again = Картинка, в которую вас вписали, уже удалена. Пришлите её ещё раз и выберите стиль.

request-accepted = { $style }, { $count ->
    [one] { $count } портрет
    [few] { $count } портрета
   *[many] { $count } портретов
  }: заказ принят.
request-position = { $position ->
    [1] Ваш заказ следующий.
   *[other] Ваш номер в очереди: { $position }.
  }
request-position-unknown = Ваш заказ в очереди.
request-wait = { $minutes ->
    [one] Ваша очередь примерно через { $minutes } минуту.
    [few] Ваша очередь примерно через { $minutes } минуты.
   *[many] Ваша очередь примерно через { $minutes } минут.
  }
request-busy = Портреты ещё рисуются. Можно подождать здесь, вернуться позже или отменить заказ, а потом выбрать, что дальше.
too-often = Это больше, чем я могу принять от одного человека за час. Продолжите, пожалуйста, через { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
  }.
commands-too-many = Это больше команд, чем я могу принять здесь за час. Продолжу в { $time } (UTC).
request-none = Сейчас ничего не рисуется.
request-stopping = Останавливаю. С вас ничего не спишется.
preview = Первый набросок: ваше лицо ещё изучается.
preview-soon = Портреты придут позже.
preview-wait = { $minutes ->
    [one] Портреты придут примерно через { $minutes } минуту.
    [few] Портреты придут примерно через { $minutes } минуты.
   *[many] Портреты придут примерно через { $minutes } минут.
  }
request-made = { $style }: { $count ->
    [one] готов { $count } портрет.
    [few] готовы { $count } портрета.
   *[many] готово { $count } портретов.
  }
request-cancelled = Отменено. Баланс восстановлен: ничего не списано.
request-failed = Не получилось: { $reason } Ничего не списано.
request-retried = То, что в прошлый раз не получилось, делается ещё раз; от вас ничего не нужно. { $count ->
    [one] С баланса взят { $count } портрет
    [few] С баланса взято { $count } портрета
   *[many] С баланса взято { $count } портретов
  }, как и в первый раз; если не получится, они вернутся.

stage-prepare = Готовлю ваши фотографии
stage-train = Обучаю вашу Face LoRA
stage-render = Рисую
stage-queued = Жду своей очереди
stage-steps = { $done } из { $total }
eta-seconds = { $seconds ->
    [one] осталось около { $seconds } секунды
    [few] осталось около { $seconds } секунд
   *[many] осталось около { $seconds } секунд
  }
eta-minutes = { $minutes ->
    [one] осталось около { $minutes } минуты
    [few] осталось около { $minutes } минут
   *[many] осталось около { $minutes } минут
  }

likeness = сходство { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
likeness-close = очень похоже
likeness-good = похоже
likeness-fair = узнаваемо
likeness-far = отдалённо
likeness-none = сходство не измерено
likeness-hint = Насколько это лицо похоже на ваши фотографии, от 0 до 1: чем больше, тем ближе, а начиная с 0,40 лицо считается лицом того же человека.
portrait-alt = Портрет { $n } в стиле «{ $style }»

quota-left = { $available ->
    [0] Портретов у вас больше не осталось.
    [one] У вас остался { $available } портрет.
    [few] У вас осталось { $available } портрета.
   *[many] У вас осталось { $available } портретов.
  }
quota-held = { $held ->
    [one] Ещё { $held } зарезервирован для текущего заказа.
    [few] Ещё { $held } зарезервированы для текущего заказа.
   *[many] Ещё { $held } зарезервировано для текущего заказа.
  }
quota-short = { $available ->
    [0] Портретов у вас больше не осталось
    [one] У вас остался { $available } портрет
    [few] У вас осталось { $available } портрета
   *[many] У вас осталось { $available } портретов
  }, а для этого нужно { $wanted }. Ничего не списано.
quota-resets = Баланс пополнится снова: { $when }.
quota-ask-operator = Попросите ещё у того, кто ведёт этого бота.

forget-ask = Ваши фотографии, Face LoRA и портреты будут удалены сразу и навсегда. Портреты, которые хотите сохранить, скачайте заранее. Удалить?
forget-done = Все ваши данные удалены.
forget-receipt = Удалено { $when }: { $photos } фото, { $face_loras } Face LoRA и { $portraits ->
    [one] { $portraits } портрет
    [few] { $portraits } портрета
   *[many] { $portraits } портретов
  }.
forget-key = Ключ, которым они были зашифрованы, тоже уничтожен: копии, которые могли остаться в резервном хранилище, прочитать больше нельзя.

not-now-new = Сначала прочитайте текст и дайте согласие.
not-now-collecting = Сначала фотографии: пришлите не меньше { $least } одного человека и нажмите «Готово».
not-now-choosing = Выберите стиль или пришлите ещё фотографии.
not-now-waiting = Портреты ещё рисуются. Можно подождать, вернуться позже или отменить заказ.
not-now-done = Выберите другой стиль, попросите ещё в том же или начните с новых фотографий.
not-here = Этого здесь нет (или больше нет).
went-wrong = У нас что-то сломалось. То, что вы прислали раньше, сохранено; попробуйте, пожалуйста, ещё раз через минуту.
upload-unreadable = Не удалось прочитать то, что пришло. Обновите страницу и выберите фотографии ещё раз.
web-crowded = За час с вашего адреса пришло много новых людей. Обновите, пожалуйста, страницу через { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
  }.
web-uploads-crowded = С вашего адреса сейчас отправляется слишком много фотографий. Подождите, пока они дойдут, и выберите эту ещё раз.
moment = { DATETIME($date, dateStyle: "long") }, { $time } UTC

### Why a photo was refused, and what to do

reason-not-an-image = Этот файл не похож на картинку, которую можно прочитать. Пришлите фото в формате JPEG, PNG, HEIC или WebP.
reason-unsupported-format = Картинки такого вида не читаются. Пришлите её в формате JPEG, PNG, HEIC или WebP.
reason-truncated = У этой картинки нет конца, как после оборванной загрузки. Пришлите оригинал ещё раз.
reason-empty = Этот файл пуст. Выберите фото заново и пришлите ещё раз.
reason-too-many-pixels = В этой картинке больше пикселей, чем я могу рассмотреть. Пришлите её поменьше или в JPEG до 50 мегапикселей.
reason-too-large = Этот файл больше { $limit } МБ. Пришлите копию поменьше.
reason-animated = Это анимация. Пришлите неподвижное фото.
reason-no-face = Лица здесь не видно. Пришлите фото, на котором лицо хорошо видно и повёрнуто к камере.
reason-several-faces = Здесь больше одного лица. Пришлите фото, где человек один, или обрежьте остальных.
reason-face-too-small = Лицо здесь слишком маленькое. Подойдите ближе или обрежьте фото так, чтобы остались голова и плечи.
reason-blurred = Это фото нерезкое. Держите камеру ровно, протрите объектив и пришлите снимок почётче.
reason-too-dark = Это фото слишком тёмное. Повернитесь к окну или лампе и сделайте другое.
reason-too-bright = Это фото слишком светлое, лица не разглядеть. Отойдите от яркого света и сделайте другое.
reason-turned-away = Лицо слишком отвёрнуто. Посмотрите в камеру и сделайте другое фото.
reason-too-young = Человек на этом фото выглядит слишком молодо, чтобы рисовать его здесь. Пришлите фото кого-нибудь постарше, кто на это согласен.
reason-another-person = Похоже, здесь другой человек, не тот, что на остальных фото. Набор рассчитан на одного человека: уберите фото, которое сюда не подходит.
reason-duplicate = Это фото уже есть. Пришлите другое: в другой день, с другим выражением лица.
reason-too-many = В набор входит не больше { $most } фото. Уберите одно, если хотите использовать это.
reason-too-many-refused = Отклонённых фото в этом наборе уже { $refused }, больше он не вмещает. Уберите часть из них или начните заново кнопкой «Убрать все».
reason-expired = Discord хранит адрес файла только сутки, и этот уже не действует. Пришлите фото ещё раз.
reason-too-slow = Проверка этого фото заняла слишком много времени: возможно, файл повреждён. Сделайте снимок экрана и пришлите его или пришлите другое фото.
reason-check-failed = Проверить это фото не удалось: проверка прерывалась трижды. Пришлите его в другом формате или пришлите другое.
reason-unknown = Это фото не подходит. Попробуйте, пожалуйста, другое.

### Why a request failed, and what to do

reason-too-few-photos = подошло слишком мало фотографий. Пришлите новые: лицом к камере и при хорошем свете.
reason-no-memory = на сервере не хватило памяти. Попробуйте ещё раз через несколько минут.
reason-unknown-style = этого стиля больше нет. Выберите другой.
reason-bad-style = этот стиль повреждён. Выберите другой и сообщите тому, кто ведёт этого бота.
reason-unknown-base = нет модели, которая рисует. Сообщите тому, кто ведёт этого бота, а потом попросите ещё раз.
reason-bad-lora = то, что было выучено об этом лице, больше не читается. Начните с новых фотографий: пришлите не меньше { $least }.
reason-blocked = ни один портрет не прошёл проверку безопасности. Попросите ещё раз или выберите другой стиль.
reason-nan = обучение сбилось с пути. Попросите ещё раз: оно начнётся заново, с другого шума.
reason-template-unreadable = шаблон не читается как картинка. Пришлите его ещё раз в JPEG или PNG.
reason-template-no-face = на шаблоне нет лица. Пришлите картинку, на которой кто-то смотрит на вас.
reason-template-too-few-sitters = на шаблоне больше лиц, чем портретируемых. Пришлите картинку с одним лицом.
reason-template-too-many-sitters = на шаблоне слишком мало лиц. Пришлите картинку, где лиц хватит на каждого.
reason-template-bad-choice = на шаблоне нет выбранного лица. Пришлите шаблон ещё раз и выберите заново.
reason-internal = у нас что-то сломалось. Попросите ещё раз; если это повторится, сообщите тому, кто ведёт этого бота.
reason-engine-failed = рисование несколько раз остановилось на полпути. Попросите ещё раз через несколько минут.

### Аватар-события

event-unknown = Я не знаю такого события.
event-closed = Это событие больше никого не принимает.
event-full = В этом событии уже все места заняты: { $most }.
event-welcome = Вас пригласили на аватар-событие.
event-left = Вы больше не участвуете. Если ваш портрет в галерее, я его уберу.
event-not-in = Вы не участвуете в этом событии.
event-pool-empty = Портреты этого события закончились. Скажите тому, кто его открыл; когда появятся новые, попросите ещё раз.
event-card-title = Аватар-событие: { $title }
event-card = { $style }, { $portraits ->
    [one] { $portraits } портрет
    [few] { $portraits } портрета
   *[many] { $portraits } портретов
  } для каждого, кто участвует, до { $when }. Это ничего вам не стоит.
event-card-ready = Ваше лицо я уже знаю: достаточно одного нажатия.
event-card-served = Ваши портреты готовы или уже в работе.
event-card-shown = Ваш лучший портрет показывается группе.
event-card-hidden = Больше никто не видит ваши портреты.
event-make = Нарисовать мои
event-show-mine = Показать мой группе
event-hide-mine = Не показывать мой
event-leave = Выйти из события
event-join = Участвовать
event-announcement = Аватар-событие! Каждый участник получает { $portraits ->
    [one] { $portraits } портрет
    [few] { $portraits } портрета
   *[many] { $portraits } портретов
  } в стиле { $style } бесплатно. Нажмите кнопку, пришлите мне несколько селфи в личном чате и решите там, можно ли группе увидеть результат. До { $when }.
event-counts = { $members ->
    [0] Пока никто не участвует.
    [one] Участвует { $members } человек.
    [few] Участвуют { $members } человека.
   *[many] Участвуют { $members } человек.
  } { $made ->
    [0] Портретов пока ни у кого нет.
   *[other] Портреты уже есть у { $made }.
  }
event-over = Аватар-событие завершено. Портреты есть у { $made ->
    [one] { $made } человека
    [few] { $made } человек
   *[many] { $made } человек
  }. Спасибо всем!
event-over-nobody = Аватар-событие завершено, и никто не участвовал. В другой раз!
event-called-off = Аватар-событие отменено. Что не было начато, не рисуется и не списывается.
event-shown = { $name }, стиль { $style }
event-poster = Все вместе: { $title }
event-opened = Событие открыто. Я объявлю о нём здесь и буду вести счёт.
event-already = Здесь есть событие, которое ещё не завершено. Сначала завершите его или отмените.
event-none = Сейчас здесь нет события.
event-closing = Событие больше никого не принимает. Когда будут готовы последние портреты, я повешу плакат.
event-cancelled = Событие отменено. Что не было начато, не рисуется, и его квота возвращена.
event-duration = Событие длится от 10 минут до 14 дней.
event-members = В событии от { $least } до { $most } участников.
event-pool-short = Событию нужна квота не меньше { $needed } портретов, а есть { $available ->
    [one] { $available } портрет
    [few] { $available } портрета
   *[many] { $available } портретов
  }. Пополните её и откройте событие снова.
event-pool-for = Квоты сейчас хватит на { $members ->
    [one] { $members } участника
    [few] { $members } участников
   *[many] { $members } участников
  }. Пополните её, пока они не пришли.

### The styles that come with limner

style-comic-title = Комикс
style-comic-words = Жирные контуры и плоские цвета.
style-cyberpunk-title = Киберпанк
style-cyberpunk-words = Неоновый свет, пурпур и циан, глубокие тени.
style-oil-title = Масло
style-oil-words = Густые мазки в тёплом свете.
style-pencil-title = Карандаш
style-pencil-words = Графит на бумаге, тонкая штриховка.
style-photo-title = Фото
style-photo-words = Обычная фотография, ничего лишнего.
style-sepia-title = Сепия
style-sepia-words = Старинный студийный снимок в тёплых коричневых тонах.
style-watercolour-title = Акварель
style-watercolour-words = Тонкие заливки с мягкими краями на белой бумаге.

### The page

page-title = limner
page-tagline = Портреты в чате
page-menu = Ваш аккаунт
page-photos-heading = Фотографии одного человека
page-drop = Перетащите фотографии сюда
page-drop-or = или
page-pick = Выбрать фото
page-camera = Сделать фото
page-drop-hint = JPEG, PNG, HEIC или WebP, до 20 МБ каждое
page-photo-sending = Отправляется
page-photo-checking = Проверяется
page-photo-accepted = Подходит
page-photo-refused = Не подходит
page-photo-remove = Убрать
page-photos-clear = Убрать все
page-photos-change = Изменить фото
page-done = Готово
page-styles-heading = Стили
page-template = Нарисовать меня на картинке
page-template-waits = Портрет в выбранном стиле будет вписан в вашу картинку.
page-template-drop = Без картинки
page-progress-heading = Ход работы
page-preview = Первый набросок
page-stage-prepare = Фото
page-stage-train = Face LoRA
page-stage-render = Портреты
page-cancel = Отменить
page-again = Ещё в этом стиле
page-other-style = Другой стиль
page-new-photos = Новые фото
page-view = Посмотреть крупно
page-download = Скачать
page-close = Закрыть
page-previous = Назад
page-next = Вперёд
page-quota = Баланс
page-forget = Забыть меня
page-forget-title = Забыть меня
page-forget-yes = Удалить всё
page-forget-no = Оставить
page-receipt-title = Квитанция
page-start-again = Начать заново
page-offline = Соединение потеряно. Пробую снова.
page-no-script = Этой странице нужен JavaScript: это чат.

## Telegram

telegram-done = Готово
telegram-clear = Убрать все
telegram-cancel = Отменить
telegram-again = Ещё такие же
telegram-other-style = Другой стиль
telegram-new-photos = Новые фото
telegram-full = Полный размер
telegram-drop = Удалить эти
telegram-drop-yes = Удалить навсегда
telegram-keep = Оставить
telegram-show = Показать в группе
telegram-forget-yes = Удалить всё
telegram-buy = Больше портретов
telegram-checking = { $checking ->
    [one] Смотрю { $checking } фотографию
    [few] Смотрю { $checking } фотографии
   *[other] Смотрю { $checking } фотографий
  }
telegram-refused = { $refused ->
    [one] { $refused } фотография не подходит
    [few] { $refused } фотографии не подходят
   *[other] { $refused } фотографий не подходят
  }
telegram-next = Что дальше?
telegram-dropped = { $count ->
    [one] { $count } портрет удалён.
    [few] { $count } портрета удалены.
   *[other] { $count } портретов удалено.
  }
telegram-kept = Всё остаётся как есть.
telegram-words = Я понимаю фотографии, команды и кнопки. Пришлите фотографии одного человека или посмотрите в /help, что я умею.
telegram-other = Мне подходят только фотографии. Пришлите их как фото или как файлы JPEG, PNG, HEIC или WebP.
telegram-no-command = Такой команды я не знаю. Знакомые мне команды перечислены в /help.
telegram-language = На каком языке вам писать?
telegram-group = Я рисую портреты по нескольким селфи. Фотографии нужны в личном чате: начните там, а портреты потом можно показать здесь.
telegram-group-button = Начать в личном чате
telegram-shown = { $name }, стиль «{ $style }»
telegram-is-shown = Портреты уже в группе.
telegram-buy-ask = Сколько портретов вам нужно? Оплата звёздами Telegram; за неудавшийся заказ ничего не списывается.
telegram-pack = { $portraits ->
    [one] { $portraits } портрет
    [few] { $portraits } портрета
   *[other] { $portraits } портретов
  } за { $stars ->
    [one] { $stars } звезду
    [few] { $stars } звезды
   *[other] { $stars } звёзд
  }
telegram-pack-title = { $portraits ->
    [one] { $portraits } портрет
    [few] { $portraits } портрета
   *[other] { $portraits } портретов
  }
telegram-pack-words = { $portraits ->
    [one] { $portraits } портрет
    [few] { $portraits } портрета
   *[other] { $portraits } портретов
  } в любом стиле, без срока действия.
telegram-pack-gone = Этот пакет больше не продаётся. Все пакеты показывает /buy.
telegram-paid = Спасибо. { $available ->
    [one] Теперь у вас { $available } портрет.
    [few] Теперь у вас { $available } портрета.
   *[other] Теперь у вас { $available } портретов.
  }
telegram-paid-unknown = Платёж получен, но я не могу понять, за какой он пакет. Напишите тем, кто ведёт этого бота, и назовите номер платежа { $charge }: звёзды вам вернут.
telegram-help = Пришлите фотографии одного человека, нажмите «Готово», выберите стиль, и я напишу портреты.
    /new начинает с новыми фотографиями
    /styles показывает стили
    /template рисует вас на картинке
    /status говорит, где мы сейчас
    /cancel останавливает работу
    /quota говорит, сколько портретов осталось, /buy добавляет новые
    /language меняет язык
    /privacy, /terms и /paysupport рассказывают об условиях и правилах
    /delete удаляет всё ваше
telegram-template = Пришлите картинку, на месте героя которой хотите оказаться, с подписью /template, или ответьте /template на картинку в этом чате. Лучше всего одно крупное лицо. Берите только картинки, которые вам можно использовать.
telegram-privacy = Ваши фотографии хранятся в зашифрованном виде, нужны только для обучения вашей Face LoRA и после обучения удаляются. { kept-for } Больше никто не имеет к ним доступа. /delete удаляет всё сразу, с квитанцией; то, что есть в этом чате, вы удаляете здесь сами. Сам Telegram хранит пересылаемое по своим правилам.
telegram-terms = Присылайте только свои фотографии или фотографии человека, который на это согласен. Портреты созданы машиной: не выдавайте их за фотоснимки. Те, кто ведёт этого бота, могут отказать тому, кто им злоупотребляет.
telegram-paysupport = Если с платежом что-то не так или вы хотите вернуть звёзды, напишите тем, кто ведёт этого бота, и укажите день и номер платежа. Сам Telegram с покупками в ботах не помогает.
telegram-command-new = Начать с новыми фотографиями
telegram-command-styles = Показать стили
telegram-command-template = Нарисовать меня на картинке
telegram-command-status = Где мы сейчас?
telegram-command-cancel = Остановить работу
telegram-command-quota = Сколько портретов осталось
telegram-command-buy = Получить больше портретов
telegram-command-language = Сменить язык
telegram-command-help = Что я умею
telegram-command-privacy = Что происходит с фотографиями
telegram-command-terms = Условия использования
telegram-command-paysupport = Помощь с платежами
telegram-command-delete = Удалить всё ваше
telegram-command-portrait = Портреты по нескольким селфи
telegram-event-help = Аватар-событие рисует всех участников группы в одном стиле. Администраторы пишут:
    /event oil открывает событие в этом стиле, на день и до 50 участников
    /event oil 3h 20 задаёт, как долго (минуты m, часы h, дни d) и сколько человек
    /event oil nogallery никого здесь не показывает
    /event oil group берёт квоту группы вместо вашей
    /event говорит, как идут дела, /event end завершает, /event cancel отменяет
    Стили: { $styles }
telegram-event-admins = Это могут только администраторы группы.
telegram-command-event = Аватар-событие для этой группы

## Discord

discord-begin = Начните с /{ discord-command-portrait }: выберите стиль и дайте мне от { $least } до { $most } фото одного человека, лицом к камере, при хорошем свете.
discord-form = Фото одного человека
discord-form-photos = От { $least } до { $most } фото
discord-form-photos-about = Лицом к камере, при хорошем свете, без других людей. Лучше в разные дни.
discord-wait = Ещё просматриваю, осталось фото: { $checking }. Подождите минуту и спросите ещё раз.
discord-checking = Сейчас смотрю: { $checking }
discord-too-few = { $good ->
    [0] Ни одно фото не подходит
    [one] Подходит только { $good } фото
    [few] Подходят только { $good } фото
   *[many] Подходят только { $good } фото
  }, а нужно { $least }. Добавьте ещё хотя бы { $missing }, дальше я продолжу сам.
discord-without = Продолжаю без этих фото:
discord-later = Discord позволяет менять это сообщение только четверть часа. Работа идёт дальше; /{ discord-command-status } покажет, где мы, а портреты придут, когда будут готовы.
discord-choose = Выберите стиль
discord-add = Добавить фото
discord-clear = Убрать все
discord-cancel = Отменить
discord-again = Ещё такие же
discord-other-style = Другой стиль
discord-new-photos = Новые фото
discord-avatar = На аватар
discord-avatar-nth = Портрет { $n }
discord-avatar-which = Какой из них?
discord-avatar-how = Сохраните эту картинку и выберите её в Discord: Настройки пользователя, Профили, Смена аватара. Бот не может сделать это за вас.
discord-full = Полный размер
discord-full-how = Вот файлы такими, какими они были нарисованы. Откройте файл и сохраните его оттуда.
discord-drop = Удалить эти
discord-drop-yes = Удалить навсегда
discord-keep = Оставить
discord-kept = Всё остаётся как есть.
discord-forget-yes = Удалить всё
discord-dropped = Удалено портретов: { $count }.
discord-dropped-rest = Сообщения, которые видны только вам, я удалить уже не могу: закройте их сами.
discord-copy = Портрет { $n } занимает { $size } МБ, больше, чем Discord здесь принимает. Это уменьшенная копия.
discord-too-large = Портрет { $n } занимает { $size } МБ, больше, чем Discord здесь принимает. Нажмите «Полный размер» на сервере, где можно отправлять файлы побольше (с бустами), или попросите его у того, кто ведёт этого бота.
discord-not-yours = Эта кнопка принадлежит другому человеку. Начните своё с /{ discord-command-portrait }.
discord-channel-only = На этом сервере я рисую только в { $channel }. Обратитесь ко мне там или в личных сообщениях.
discord-role-only = На этом сервере я рисую только для { $role }. Попросите эту роль у администратора или напишите мне в личные сообщения.
discord-lacks = Я показал бы портреты всем, но в этом канале мне не хватает прав: { $permissions }. Поэтому их увидите только вы.
discord-lacks-there = В { $channel } мне не хватает прав: { $permissions }. Дайте их мне, иначе портреты останутся личными.
discord-permission-view-channel = Просмотр канала
discord-permission-send-messages = Отправка сообщений
discord-permission-send-in-threads = Отправка сообщений в ветках
discord-permission-attach-files = Прикрепление файлов
discord-permission-read-history = Чтение истории сообщений
discord-permission-create-threads = Создание публичных веток
discord-permission-manage-threads = Управление ветками
discord-permission-create-events = Создание событий
discord-settings-admins = Менять настройки могут только те, кто управляет сервером, и только там, где я его участник.
discord-settings-channel = Где: в { $channel }
discord-settings-anywhere = Где: во всех каналах
discord-settings-role = Для кого: { $role }
discord-settings-everybody = Для кого: для всех
discord-settings-public = Портреты: видны всем в канале
discord-settings-private = Портреты: видны только владельцу
discord-settings-language = Язык в канале: { $language }
discord-settings-own-language = Язык в канале: язык того, кто просит
discord-event-mine = Мой статус
discord-event-remove = Убрать мой
discord-event-gallery = Галерея события
discord-event-photos = Нажмите «Добавить фото» и дайте мне не меньше { $least } фото одного человека: лицом к камере, при хорошем свете, без других людей в кадре.
discord-event-too-large = Этот портрет слишком большой, чтобы показать его здесь.
discord-event-opened = Событие открыто. Я объявлю о нём в { $channel } и буду вести там счёт.
discord-event-misses = Было бы лучше с этими правами: { $permissions }. Без них галерея в конце останется незакрытой или события не будет в списке сервера.
discord-event-lacks = Я не могу провести событие в { $channel }: там мне не хватает прав: { $permissions }. Дайте их мне и попросите снова.
discord-event-gone = Аватар-событие «{ $title }» прекращено: его канала больше нет, или меня туда больше не пускают. Что не было начато, не рисуется и не списывается.
discord-event-lost = Аватар-событие «{ $title }» прекращено: в его канале мне не хватает прав: { $permissions }. Дайте их мне и откройте его заново. Что не было начато, не рисуется и не списывается.
discord-event-duration = Укажите длительность как 30m, 3h или 2d: от 10 минут до 14 дней.
discord-event-hosts = Проводить аватар-события могут только те, кто управляет событиями или сервером, и только там, где я его участник.
discord-language = На каком языке мне вам писать?
discord-privacy = Ваши фотографии хранятся в зашифрованном виде, нужны только для обучения вашей Face LoRA и после обучения удаляются. { kept-for } Больше никто не имеет к ним доступа. Сообщений я не читаю: только то, что вы даёте мне командой или формой. /{ discord-command-delete } удаляет всё сразу, с квитанцией. Сам Discord хранит пересылаемое по своим правилам.

discord-command-portrait = портрет
discord-command-styles = стили
discord-command-status = статус
discord-command-cancel = отмена
discord-command-quota = квота
discord-command-language = язык
discord-command-privacy = приватность
discord-command-settings = настройки
discord-command-event = событие
discord-command-delete = удалить
discord-about-portrait = Ваши портреты по нескольким селфи
discord-about-styles = Показать стили
discord-about-status = Где мы сейчас?
discord-about-cancel = Остановить работу
discord-about-quota = Сколько портретов осталось
discord-about-language = Сменить язык
discord-about-privacy = Что происходит с фотографиями
discord-about-settings = Где, для кого и как я рисую на этом сервере
discord-about-event = Аватар-события: рисую всех участников в одном стиле
discord-about-delete = Удалить всё ваше
discord-option-style = стиль
discord-about-style = Как они должны выглядеть
discord-option-selfie = селфи{ $n }
discord-about-selfie = Фото { $n } одного человека; без них я попрошу сам
discord-option-template = шаблон
discord-about-template = Картинка, на которой вас нарисовать вместо самого крупного лица
discord-option-channel = канал
discord-about-channel = Единственный канал для рисования
discord-option-role = роль
discord-about-role = Кто может просить портреты (@everyone: все)
discord-option-public = открыто
discord-about-public = Видит ли портреты весь канал
discord-option-language = язык
discord-about-server-language = Язык, на котором я пишу в канал
discord-option-reset = сброс
discord-about-reset = Сначала забыть все настройки этого сервера
discord-event-command-create = создать
discord-event-command-status = статус
discord-event-command-end = завершить
discord-event-command-cancel = отменить
discord-event-about-create = Открыть аватар-событие для этого сервера
discord-event-about-status = Как идёт событие
discord-event-about-end = Завершить событие: больше никто не войдёт, появится плакат
discord-event-about-cancel = Отменить событие; что не начато, не списывается
discord-option-duration = длительность
discord-about-duration = Сколько времени можно участвовать: 30m, 3h или 2d (иначе день)
discord-option-members = участники
discord-about-members = Сколько человек может участвовать (иначе 50)
discord-option-gallery = галерея
discord-about-gallery = Показывать ли в ветке тех, кто этого хочет (иначе да)
discord-option-payer = плательщик
discord-about-payer = Чья квота тратится на портреты (иначе ваша)
discord-payer-host = моя квота
discord-payer-server = квота сервера
