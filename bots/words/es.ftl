# Spanish words for people. The same ids and arguments as in en.ftl; no form tells whether the person is a man or a
# woman, and `page-done` and the other buttons are named in sentences by the very word they carry.

### The conversation

language-name = Español
language-set = A partir de ahora te escribo en español.

welcome = Hola. Pinto retratos que se parecen a ti, en el estilo que elijas. Necesito unas cuantas fotos de una sola persona: con tres basta, y puedo usar diez como máximo.
welcome-back = Hola otra vez.
consent-title = Antes de empezar
consent-text = Tus fotos se usan para una sola cosa: enseñar tu cara a un pequeño modelo (tu Face LoRA) y pintar con él tus retratos. Se guardan cifradas, nadie más puede acceder a ellas y se borran después del entrenamiento. { kept-for } Puedes hacer que se borre todo de una vez, cuando quieras.
kept-for = { $days ->
    [0] Tu Face LoRA y tus retratos se quedan hasta que los borres.
    [one] Tu Face LoRA y tus retratos se borran al cabo de { $days } día, o en cuanto tú quieras.
   *[other] Tu Face LoRA y tus retratos se borran al cabo de { $days } días, o en cuanto tú quieras.
}
consent-only-yours = Envía solo fotos tuyas o de una persona que esté de acuerdo.
consent-button = Acepto
consent-first = Solo puedo recibir fotos después de que aceptes cómo se usan. La foto no se ha guardado: acepta primero, por favor, y envíala otra vez.
consent-thanks = Gracias. Ahora envíame al menos { $least } fotos de una sola persona: de cara a la cámara, con buena luz y sin nadie más en la imagen. Ayuda que sean de días y con gestos distintos.
consent-old = El texto ha cambiado desde que te lo mostré. Léelo otra vez, por favor, y acéptalo de nuevo.

photos-ask = Envíame al menos { $least } fotos de una sola persona: de cara a la cámara, con buena luz y sin nadie más en la imagen. Ayuda que sean de días y con gestos distintos.
photos-next-set = Esta foto pasa a tu próxima serie de fotos: el pedido en curso sigue con las fotos con las que empezó.
photos-cleared = Todas las fotos de esta serie se han borrado. Envía otras cuando quieras.
sitter-ask = Estas fotos muestran a otra persona que antes. ¿Tienes su permiso?
sitter-yes = Sí, está de acuerdo
sitter-no = No
sitter-gone = Las fotos se han borrado. Envía fotos tuyas o de alguien que esté de acuerdo.
photos-too-few = { $good ->
    [0] Todavía no tengo ninguna foto buena
    [one] Tengo { $good } foto buena
   *[other] Tengo { $good } fotos buenas
  } y necesito { $least }. Envía { $missing ->
    [one] una más
   *[other] { $missing } más
  } y luego pulsa «Listo».
photos-checking = Todavía estoy mirando { $checking ->
    [one] una foto
   *[other] { $checking } fotos
  }. Un momento, y luego pulsa «Listo» otra vez.
photos-count = { $good } de { $least } fotos buenas
photos-count-enough = { $good ->
    [one] { $good } foto buena
   *[other] { $good } fotos buenas
  }: suficiente para empezar
photo-unknown = Ya no tengo esa foto.
photo-removed = La foto se ha borrado.

styles-ask = ¿Qué estilo prefieres?
style-unknown = No hay ningún estilo llamado «{ $style }». Elige uno de los que ves.
style-none-yet = Todavía no has elegido un estilo. Elige uno de los que ves.
template-kept = Tengo la imagen. Elige un estilo y te pinto en el lugar de su rostro más grande: { $count ->
    [one] una imagen
   *[other] { $count } imágenes
  }. La guardo cifrada y la borro cuando estén pintadas; si cambias de idea, cancela.
template-photos-first = Primero, fotos tuyas: envía al menos { $least }. Cuando sean buenas, envía esta imagen otra vez.
template-dropped = La imagen está borrada. Tus próximos retratos se pintan sin ella.
template-again = La imagen en la que se pintaron estos ya está borrada. Envíala otra vez y elige después un estilo.

request-accepted = { $style }, { $count ->
    [one] un retrato
   *[other] { $count } retratos
  }: en marcha.
request-position = { $position ->
    [1] Tu pedido es el siguiente.
   *[other] Tu pedido es el número { $position } de la cola.
  }
request-position-unknown = Tu pedido está en la cola.
request-wait = { $minutes ->
    [one] Te toca dentro de un minuto, más o menos.
   *[other] Te toca dentro de unos { $minutes } minutos.
  }
request-busy = Sigo pintando. Puedes esperar aquí, volver más tarde o cancelar; después eliges cómo seguimos.
too-often = Es más de lo que puedo aceptar de una persona en una hora. Sigue dentro de { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  }.
commands-too-many = Son más comandos de los que puedo aceptar aquí en una hora. Sigo a las { $time } (UTC).
request-none = Ahora mismo no se está pintando nada.
request-stopping = Parando. No se cobrará nada.
preview = Un primer boceto, mientras sigo aprendiendo tu cara.
preview-soon = Tus retratos llegan después.
preview-wait = { $minutes ->
    [one] Tus retratos llegan dentro de un minuto, más o menos.
   *[other] Tus retratos llegan dentro de unos { $minutes } minutos.
  }
request-made = { $style }: { $count ->
    [one] aquí está tu retrato.
   *[other] aquí están tus { $count } retratos.
  }
request-cancelled = Cancelado. Tu saldo vuelve a estar como antes: no se ha cobrado nada.
request-failed = No ha salido bien: { $reason } No se ha cobrado nada.
request-retried = Lo que antes no salió bien se intenta de nuevo; no tienes que hacer nada. { $count ->
    [one] Usa un retrato de tu saldo
   *[other] Usa { $count } retratos de tu saldo
  }, como la primera vez, y si falla vuelven a tu saldo.

stage-prepare = Preparando tus fotos
stage-train = Entrenando tu Face LoRA
stage-render = Pintando
stage-queued = En la cola
stage-steps = { $done } de { $total }
eta-seconds = { $seconds ->
    [one] queda un segundo
   *[other] quedan unos { $seconds } segundos
  }
eta-minutes = { $minutes ->
    [one] queda más o menos un minuto
   *[other] quedan unos { $minutes } minutos
  }

likeness = parecido { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
likeness-close = muy parecido
likeness-good = parecido
likeness-fair = reconocible
likeness-far = lejano
likeness-none = parecido sin medir
likeness-hint = Cuánto se parece esta cara a tus fotos, de 0 a 1: cuanto más alto, más parecida; a partir de 0,40 una cara cuenta como la misma persona.
portrait-alt = Retrato { $n } en el estilo { $style }

quota-left = { $available ->
    [0] No te queda ningún retrato.
    [one] Te queda { $available } retrato.
   *[other] Te quedan { $available } retratos.
  }
quota-held = { $held ->
    [one] Hay uno más reservado para el pedido en curso.
   *[other] Hay { $held } más reservados para el pedido en curso.
  }
quota-short = { $available ->
    [0] No te queda ningún retrato
    [one] Te queda { $available } retrato
   *[other] Te quedan { $available } retratos
  } y para esto hacen falta { $wanted }. No se ha cobrado nada.
quota-resets = Tu saldo se rellena de nuevo el { $when }.
quota-ask-operator = Pide más a quien administra este bot.

forget-ask = Esto borra tus fotos, tu Face LoRA y tus retratos, ahora y para siempre. Si quieres conservar algún retrato, descárgalo antes. ¿Lo hago?
forget-done = Todo lo tuyo se ha borrado.
forget-receipt = Borrado el { $when }: { $photos ->
    [one] { $photos } foto
   *[other] { $photos } fotos
  }, { $face_loras ->
    [one] { $face_loras } Face LoRA
   *[other] { $face_loras } Face LoRA
  } y { $portraits ->
    [one] { $portraits } retrato
   *[other] { $portraits } retratos
  }.
forget-key = También se ha destruido la clave con la que estaban cifrados: las copias que aún pueda tener una copia de seguridad ya no se pueden leer.

not-now-new = Primero lee el texto y acéptalo, por favor.
not-now-collecting = Primero las fotos: envía al menos { $least } de una sola persona y luego pulsa «Listo».
not-now-choosing = Elige un estilo o envía más fotos.
not-now-waiting = Sigo pintando. Puedes esperar, volver más tarde o cancelar.
not-now-done = Elige otro estilo, pide más del mismo o empieza con fotos nuevas.
not-here = Eso no está aquí (o ya no).
went-wrong = Algo ha fallado por nuestra parte. Lo que enviaste antes está a salvo; inténtalo otra vez en un minuto, por favor.
upload-unreadable = No he podido leer lo que ha llegado. Recarga la página y elige las fotos otra vez.
web-crowded = Desde donde estás ha llegado mucha gente nueva en una hora. Recarga esta página dentro de { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  }.
web-uploads-crowded = Desde donde estás hay demasiadas fotos en camino a la vez. Espera a que lleguen y elige esta otra vez.
moment = { DATETIME($date, dateStyle: "long") }, { $time } UTC

### Why a photo was refused, and what to do

reason-not-an-image = Este archivo no es una imagen que pueda leer. Envía una foto en JPEG, PNG, HEIC o WebP.
reason-unsupported-format = No puedo leer este tipo de imagen. Envíala en JPEG, PNG, HEIC o WebP.
reason-truncated = Falta el final de esta imagen, como tras una descarga interrumpida. Envía otra vez el original.
reason-empty = Este archivo está vacío. Elige la foto de nuevo y envíala otra vez.
reason-too-many-pixels = Esta imagen tiene más píxeles de los que puedo mirar. Envíala más pequeña o como JPEG de hasta 50 megapíxeles.
reason-too-large = Este archivo ocupa más de { $limit } MB. Envía una copia más pequeña.
reason-animated = Esto es una animación. Envía una foto fija.
reason-no-face = Aquí no he encontrado ninguna cara. Envía una foto en la que la cara se vea bien y mire a la cámara.
reason-several-faces = Aquí hay más de una cara. Envía una foto de una persona sola o recorta a las demás.
reason-face-too-small = La cara es demasiado pequeña. Acércate o recorta la foto a cabeza y hombros.
reason-blurred = Esta foto está borrosa. Sujeta bien la cámara, limpia la lente y envía una más nítida.
reason-too-dark = Esta foto es demasiado oscura. Ponte frente a una ventana o una lámpara y haz otra.
reason-too-bright = Esta foto tiene demasiada luz y no se ve la cara. Apártate del resplandor y haz otra.
reason-turned-away = La cara está demasiado girada. Mira hacia la cámara y haz otra.
reason-too-young = La persona de esta foto parece demasiado joven para pintarla aquí. Envía fotos de alguien mayor que esté de acuerdo.
reason-another-person = Esta persona no parece la misma que en tus otras fotos. Una serie es para una sola persona: quita la foto que no corresponde.
reason-duplicate = Ya tengo esta foto. Envía una distinta: de otro día, con otro gesto.
reason-too-many = En una serie caben como máximo { $most } fotos. Quita una si prefieres usar esta.
reason-too-many-refused = { $refused } fotos de esta serie se rechazaron, y ya no caben más así. Quita algunas de ellas o empieza de nuevo con «Quitar todas».
reason-expired = Discord conserva la dirección de un archivo solo un día, y esta ya caducó. Envía la foto otra vez.
reason-too-slow = Mirar esta foto ha tardado demasiado; quizá el archivo esté dañado. Haz una captura de pantalla y envíala, o envía otra foto.
reason-check-failed = No he podido mirar esta foto: la comprobación se ha interrumpido tres veces. Envíala en otro formato o envía una distinta.
reason-unknown = No puedo usar esta foto. Prueba con otra, por favor.

### Why a request failed, and what to do

reason-too-few-photos = muy pocas de las fotos servían. Envía otras, de cara a la cámara y con buena luz.
reason-no-memory = el ordenador se ha quedado sin memoria. Inténtalo otra vez dentro de unos minutos.
reason-unknown-style = este estilo ya no existe. Elige otro.
reason-bad-style = este estilo está dañado. Elige otro y avisa a quien administra este bot.
reason-unknown-base = falta el modelo con el que se pinta. Avisa a quien administra este bot y luego pídelo otra vez.
reason-bad-lora = ya no se puede leer lo que aprendí de esta cara. Empieza con fotos nuevas: envía al menos { $least }.
reason-blocked = ninguno de los retratos ha pasado el control de seguridad. Pídelo otra vez o elige otro estilo.
reason-nan = el entrenamiento se ha descarrilado. Pídelo otra vez: empieza de nuevo, con otro ruido.
reason-template-unreadable = la plantilla no es una imagen que pueda leer. Envíala otra vez en JPEG o PNG.
reason-template-no-face = no hay ningún rostro en la plantilla. Envía una imagen de alguien que te mire.
reason-template-too-few-sitters = la plantilla tiene más rostros que personas retratadas. Envía una imagen con un solo rostro.
reason-template-too-many-sitters = la plantilla tiene muy pocos rostros. Envía una imagen con más, uno para cada persona.
reason-template-bad-choice = la plantilla no tiene el rostro elegido. Envía la plantilla otra vez y elige de nuevo.
reason-internal = algo se ha roto por nuestra parte. Pídelo otra vez; si vuelve a pasar, avisa a quien administra este bot.
reason-engine-failed = el pintor se ha parado varias veces a mitad del trabajo. Pídelo otra vez dentro de unos minutos.

### Eventos de avatares

event-unknown = No conozco este evento.
event-closed = Este evento ya no admite a nadie.
event-full = Este evento ya tiene sus { $most } miembros.
event-welcome = Te han invitado a un evento de avatares.
event-left = Ya no participas. Si tu retrato está en la galería, lo retiro.
event-not-in = No participas en este evento.
event-pool-empty = Los retratos de este evento se han agotado. Díselo a quien lo abrió; cuando haya más, vuelve a pedirlos.
event-card-title = Evento de avatares: { $title }
event-card = { $style }, { $portraits ->
    [one] un retrato
   *[other] { $portraits } retratos
  } para quienes participen, hasta el { $when }. No te cuesta nada.
event-card-ready = Ya conozco tu cara: basta con pulsar una vez.
event-card-served = Los tuyos están pintados o en camino.
event-card-shown = Tu mejor retrato se muestra al grupo.
event-card-hidden = Nadie más ve tus retratos.
event-make = Pintar los míos
event-show-mine = Mostrar el mío al grupo
event-hide-mine = No mostrar el mío
event-leave = Dejar el evento
event-join = Participar
event-announcement = ¡Evento de avatares! Quien participe recibe { $portraits ->
    [one] un retrato
   *[other] { $portraits } retratos
  } en el estilo { $style }, gratis. Pulsa el botón, envíame unos selfis en privado y decide allí si el grupo puede ver el resultado. Hasta el { $when }.
event-counts = { $members ->
    [0] Aún no participa nadie.
    [one] Participa una persona.
   *[other] Participan { $members } personas.
  } { $made ->
    [0] Aún nadie tiene retratos.
    [one] Una ya tiene retratos.
   *[other] { $made } ya tienen retratos.
  }
event-over = El evento de avatares ha terminado. { $made ->
    [one] Una persona tiene retratos.
   *[other] { $made } personas tienen retratos.
  } ¡Gracias a todos!
event-over-nobody = El evento de avatares ha terminado y nadie ha participado. ¡Otra vez será!
event-called-off = El evento de avatares se ha cancelado. Lo que no había empezado ni se pinta ni se cobra.
event-shown = { $name }, estilo { $style }
event-poster = Todos juntos: { $title }
event-opened = El evento está abierto. Lo anuncio aquí y llevo la cuenta.
event-already = Aquí hay un evento que aún no ha terminado. Termínalo primero o cancélalo.
event-none = Ahora mismo no hay ningún evento aquí.
event-closing = El evento ya no admite a nadie. Cuando estén pintados los últimos retratos, cuelgo el cartel.
event-cancelled = El evento queda cancelado. Lo que no había empezado no se pinta y su cuota se devuelve.
event-duration = Un evento dura entre 10 minutos y 14 días.
event-members = Un evento es para entre { $least } y { $most } miembros.
event-pool-short = Un evento necesita una cuota de al menos { $needed } retratos y { $available ->
    [0] no queda ninguno
    [one] queda uno
   *[other] quedan { $available }
  }. Consigue más y ábrelo después.
event-pool-for = La cuota alcanza por ahora para { $members ->
    [one] un miembro
   *[other] { $members } miembros
  }. Consigue más antes de que lleguen.

### The styles that come with limner

style-comic-title = Cómic
style-comic-words = Contornos marcados y colores planos.
style-cyberpunk-title = Ciberpunk
style-cyberpunk-words = Luz de neón, magenta y cian, sombras profundas.
style-oil-title = Óleo
style-oil-words = Pincelada gruesa con luz cálida.
style-pencil-title = Lápiz
style-pencil-words = Grafito sobre papel, trama fina.
style-photo-title = Foto
style-photo-words = Una foto sencilla, sin añadidos.
style-sepia-title = Sepia
style-sepia-words = Una antigua foto de estudio en marrón cálido.
style-watercolour-title = Acuarela
style-watercolour-words = Aguadas finas de bordes suaves sobre papel blanco.

### The page

page-title = limner
page-tagline = Retratos en el chat
page-menu = Tu cuenta
page-photos-heading = Fotos de una persona
page-drop = Suelta las fotos aquí
page-drop-or = o
page-pick = Elegir fotos
page-camera = Hacer una foto
page-drop-hint = JPEG, PNG, HEIC o WebP, hasta 20 MB cada una
page-photo-sending = Enviando
page-photo-checking = Comprobando
page-photo-accepted = Buena
page-photo-refused = No sirve
page-photo-remove = Quitar
page-photos-clear = Quitar todas
page-photos-change = Cambiar fotos
page-done = Listo
page-styles-heading = Estilos
page-template = Pintarme en una imagen
page-template-waits = El estilo que elijas se pintará en tu imagen.
page-template-drop = Sin la imagen
page-progress-heading = Progreso
page-preview = Primer boceto
page-stage-prepare = Fotos
page-stage-train = Face LoRA
page-stage-render = Retratos
page-cancel = Cancelar
page-again = Más del mismo
page-other-style = Otro estilo
page-new-photos = Fotos nuevas
page-view = Ver en grande
page-download = Descargar
page-close = Cerrar
page-previous = Anterior
page-next = Siguiente
page-quota = Saldo
page-forget = Olvídame
page-forget-title = Olvídame
page-forget-yes = Borrar todo
page-forget-no = Conservarlo
page-receipt-title = Comprobante
page-start-again = Empezar de nuevo
page-offline = Se ha perdido la conexión. Lo intento de nuevo.
page-no-script = Esta página necesita JavaScript: es un chat.

## Telegram

telegram-done = Listo
telegram-clear = Quitar todas
telegram-cancel = Cancelar
telegram-again = Más como estos
telegram-other-style = Otro estilo
telegram-new-photos = Fotos nuevas
telegram-full = Tamaño completo
telegram-drop = Borrar estos
telegram-drop-yes = Borrar para siempre
telegram-keep = Conservar
telegram-show = Mostrar en el grupo
telegram-forget-yes = Borrar todo
telegram-buy = Más retratos
telegram-checking = { $checking ->
    [one] Estoy mirando una foto
   *[other] Estoy mirando { $checking } fotos
  }
telegram-refused = { $refused ->
    [one] Una foto no sirve
   *[other] { $refused } fotos no sirven
  }
telegram-next = ¿Qué hacemos ahora?
telegram-dropped = { $count ->
    [one] El retrato está borrado.
   *[other] Los { $count } retratos están borrados.
  }
telegram-kept = Todo queda como está.
telegram-words = Entiendo fotos, comandos y botones. Envíame fotos de una persona, o mira con /help lo que sé hacer.
telegram-other = Solo puedo usar fotos. Envíalas como fotos, o como archivos JPEG, PNG, HEIC o WebP.
telegram-no-command = No conozco ese comando. /help nombra los que conozco.
telegram-language = ¿En qué idioma quieres que te escriba?
telegram-group = Pinto retratos a partir de unos selfis. Las fotos van en un chat privado: empieza allí y, si quieres, muestra aquí los retratos después.
telegram-group-button = Empezar en privado
telegram-shown = { $name }, estilo { $style }
telegram-is-shown = Los retratos ya están en el grupo.
telegram-buy-ask = ¿Cuántos retratos quieres? Se paga con estrellas de Telegram, y un pedido que falla no cuesta nada.
telegram-pack = { $portraits ->
    [one] { $portraits } retrato
   *[other] { $portraits } retratos
  } por { $stars ->
    [one] { $stars } estrella
   *[other] { $stars } estrellas
  }
telegram-pack-title = { $portraits ->
    [one] { $portraits } retrato
   *[other] { $portraits } retratos
  }
telegram-pack-words = { $portraits ->
    [one] { $portraits } retrato
   *[other] { $portraits } retratos
  } en cualquier estilo, sin fecha límite.
telegram-pack-gone = Este paquete ya no se vende. /buy muestra los que hay.
telegram-paid = Gracias. { $available ->
    [one] Ahora tienes { $available } retrato.
   *[other] Ahora tienes { $available } retratos.
  }
telegram-paid-unknown = Tu pago ha llegado, pero no he podido asignarlo a ningún paquete. Escribe a quien administra este bot e indica el cargo { $charge }: te devolverá las estrellas.
telegram-help = Envíame fotos de una persona, pulsa «Listo», elige un estilo, y yo pinto.
    /new empieza con fotos nuevas
    /styles muestra los estilos
    /template te pinta en una imagen
    /status dice dónde estamos
    /cancel detiene lo que se está pintando
    /quota dice cuántos retratos te quedan, /buy consigue más
    /language cambia el idioma
    /privacy, /terms y /paysupport tienen la letra pequeña
    /delete borra todo lo tuyo
telegram-template = Envía una imagen en cuyo lugar quieras estar, con /template como pie de foto, o responde con /template a una imagen de este chat. Lo mejor es un solo rostro grande. Usa solo una imagen que tengas derecho a usar.
telegram-privacy = Tus fotos se guardan cifradas, se usan solo para entrenar tu Face LoRA y se borran después del entrenamiento. { kept-for } Nadie más puede acceder a ellos. /delete lo borra todo de una vez, con comprobante; lo que está en este chat lo borras tú aquí. Telegram conserva lo que pasa por él según sus propias reglas.
telegram-terms = Envía solo fotos tuyas o de una persona que esté de acuerdo. Los retratos son imágenes hechas por una máquina: no los hagas pasar por fotografías. Quien administra este bot puede rechazar a quien lo use mal.
telegram-paysupport = Si un pago salió mal o quieres recuperar tus estrellas, escribe a quien administra este bot, con el día del pago y su número de cargo. Telegram no ayuda con las compras en bots.
telegram-command-new = Empezar con fotos nuevas
telegram-command-styles = Mostrar los estilos
telegram-command-template = Pintarme en una imagen
telegram-command-status = ¿Dónde estamos?
telegram-command-cancel = Detener lo que se está pintando
telegram-command-quota = Cuántos retratos quedan
telegram-command-buy = Conseguir más retratos
telegram-command-language = Cambiar el idioma
telegram-command-help = Lo que sé hacer
telegram-command-privacy = Qué pasa con tus fotos
telegram-command-terms = Condiciones de uso
telegram-command-paysupport = Ayuda con los pagos
telegram-command-delete = Borrar todo lo tuyo
telegram-command-portrait = Retratos a partir de unos selfis
telegram-event-help = Un evento de avatares pinta a todos los del grupo que participen, en un estilo. Los administradores escriben:
    /event oil abre uno en ese estilo, por un día y hasta 50 miembros
    /event oil 3h 20 fija cuánto dura (minutos m, horas h, días d) y cuántos
    /event oil nogallery no muestra aquí el retrato de nadie
    /event oil group usa la cuota del grupo en vez de la tuya
    /event dice cómo va, /event end lo termina, /event cancel lo cancela
    Estilos: { $styles }
telegram-event-admins = Solo los administradores de este grupo pueden hacerlo.
telegram-command-event = Un evento de avatares para este grupo

## Discord

discord-begin = Empieza con /{ discord-command-portrait }: elige un estilo y dame de { $least } a { $most } fotos de una sola persona, de cara a la cámara y con buena luz.
discord-form = Fotos de una persona
discord-form-photos = De { $least } a { $most } fotos
discord-form-photos-about = De cara a la cámara, con buena luz y sin nadie más. Ayudan fotos de días distintos.
discord-wait = Todavía estoy mirando { $checking ->
    [one] una foto
   *[other] { $checking } fotos
  }. Espera un momento y pregunta otra vez.
discord-checking = En revisión: { $checking }
discord-too-few = { $good ->
    [0] No sirve ninguna de las fotos
    [one] Solo sirve { $good } foto
   *[other] Solo sirven { $good } fotos
  }, y necesito { $least }. Añade al menos { $missing }: después sigo yo.
discord-without = Sigo sin estas fotos:
discord-later = Discord solo me deja cambiar este mensaje durante un cuarto de hora. Sigo pintando; /{ discord-command-status } dice dónde estamos, y los retratos llegan cuando estén listos.
discord-choose = Elige un estilo
discord-add = Añadir fotos
discord-clear = Quitar todas
discord-cancel = Cancelar
discord-again = Más como estos
discord-other-style = Otro estilo
discord-new-photos = Fotos nuevas
discord-avatar = Usar de avatar
discord-avatar-nth = Retrato { $n }
discord-avatar-which = ¿Cuál de ellos?
discord-avatar-how = Guarda esta imagen y elígela en Discord, en Ajustes de usuario, Perfiles, Cambiar avatar. Un bot no puede hacerlo por ti.
discord-full = Tamaño completo
discord-full-how = Aquí están los archivos tal como se pintaron. Abre uno y guárdalo desde ahí.
discord-drop = Borrar estos
discord-drop-yes = Borrar para siempre
discord-keep = Conservar
discord-kept = Todo queda como está.
discord-forget-yes = Borrar todo
discord-dropped = { $count ->
    [one] El retrato está borrado.
   *[other] Los { $count } retratos están borrados.
  }
discord-dropped-rest = Los mensajes que solo ves tú ya no puedo borrarlos yo: descártalos tú.
discord-copy = El retrato { $n } ocupa { $size } MB, más de lo que Discord acepta aquí. Esta es una copia más pequeña.
discord-too-large = El retrato { $n } ocupa { $size } MB, más de lo que Discord acepta aquí. Pulsa Tamaño completo en un servidor que acepte archivos mayores (con mejoras), o pídeselo a quien lleva este bot.
discord-not-yours = Este botón es de otra persona. Empieza los tuyos con /{ discord-command-portrait }.
discord-channel-only = En este servidor solo pinto en { $channel }. Pídemelo ahí o por mensaje directo.
discord-role-only = En este servidor solo pinto para { $role }. Pide ese rol a la administración, o escríbeme por mensaje directo.
discord-lacks = Mostraría los retratos a todo el mundo, pero en este canal me faltan permisos: { $permissions }. Por eso solo los verás tú.
discord-lacks-there = En { $channel } me faltan permisos: { $permissions }. Dámelos o los retratos seguirán siendo privados.
discord-permission-view-channel = Ver canal
discord-permission-send-messages = Enviar mensajes
discord-permission-send-in-threads = Enviar mensajes en hilos
discord-permission-attach-files = Adjuntar archivos
discord-permission-read-history = Leer el historial de mensajes
discord-permission-create-threads = Crear hilos públicos
discord-permission-manage-threads = Gestionar hilos
discord-permission-create-events = Crear eventos
discord-settings-admins = Solo quien puede gestionar el servidor cambia sus ajustes, y solo donde soy miembro.
discord-settings-channel = Dónde: en { $channel }
discord-settings-anywhere = Dónde: en todos los canales
discord-settings-role = Para quién: { $role }
discord-settings-everybody = Para quién: todo el mundo
discord-settings-public = Retratos: a la vista de todo el canal
discord-settings-private = Retratos: solo los ve su dueño
discord-settings-language = Idioma en el canal: { $language }
discord-settings-own-language = Idioma en el canal: el de quien pregunta
discord-event-mine = Mi estado
discord-event-remove = Quitar el mío
discord-event-gallery = La galería del evento
discord-event-photos = Pulsa «Añadir fotos» y dame al menos { $least } de una sola persona: de cara a la cámara, con buena luz y sin nadie más en la imagen.
discord-event-too-large = Este retrato es demasiado grande para mostrarlo aquí.
discord-event-opened = El evento está abierto. Lo anuncio en { $channel } y llevo allí la cuenta.
discord-event-misses = Sería mejor con estos permisos: { $permissions }. Sin ellos la galería queda sin cerrar al final, o el evento no sale en la lista del servidor.
discord-event-lacks = No puedo celebrar un evento en { $channel }: allí me faltan permisos: { $permissions }. Dámelos y pídelo otra vez.
discord-event-gone = El evento de avatares «{ $title }» queda abandonado: su canal ya no está o ya no me dejan entrar. Lo que no había empezado ni se pinta ni se cobra.
discord-event-lost = El evento de avatares «{ $title }» queda abandonado: en su canal me faltan permisos: { $permissions }. Dámelos y ábrelo de nuevo. Lo que no había empezado ni se pinta ni se cobra.
discord-event-duration = Di la duración como 30m, 3h o 2d: de 10 minutos a 14 días.
discord-event-hosts = Solo quien puede gestionar los eventos o el servidor celebra eventos de avatares, y solo donde soy miembro.
discord-language = ¿En qué idioma te escribo?
discord-privacy = Tus fotos se guardan cifradas, se usan solo para entrenar tu Face LoRA y se borran después del entrenamiento. { kept-for } Nadie más puede acceder a ellas. No leo mensajes: solo lo que me das con un comando o un formulario. /{ discord-command-delete } lo borra todo de una vez, con comprobante. Discord conserva lo que pasa por él según sus propias reglas.

discord-command-portrait = retrato
discord-command-styles = estilos
discord-command-status = estado
discord-command-cancel = cancelar
discord-command-quota = cuota
discord-command-language = idioma
discord-command-privacy = privacidad
discord-command-settings = ajustes
discord-command-event = evento
discord-command-delete = borrar
discord-about-portrait = Retratos tuyos a partir de unos selfis
discord-about-styles = Mostrar los estilos
discord-about-status = ¿Dónde estamos?
discord-about-cancel = Detener lo que se está pintando
discord-about-quota = Cuántos retratos quedan
discord-about-language = Cambiar el idioma
discord-about-privacy = Qué pasa con tus fotos
discord-about-settings = Dónde, para quién y cómo pinto en este servidor
discord-about-event = Eventos de avatares: pinto en un estilo a quien participe
discord-about-delete = Borrar todo lo tuyo
discord-option-style = estilo
discord-about-style = El aspecto que tendrán
discord-option-selfie = selfi{ $n }
discord-about-selfie = Foto { $n } de una persona; si no das ninguna, las pido
discord-option-template = plantilla
discord-about-template = Una imagen en la que pintarte, en el lugar del rostro más grande
discord-option-channel = canal
discord-about-channel = El único canal donde pinto
discord-option-role = rol
discord-about-role = Quién puede pedir retratos (@everyone: todo el mundo)
discord-option-public = público
discord-about-public = Si todo el canal ve los retratos
discord-option-language = idioma
discord-about-server-language = El idioma en que escribo en el canal
discord-option-reset = restablecer
discord-about-reset = Olvidar antes todos los ajustes de este servidor
discord-event-command-create = crear
discord-event-command-status = estado
discord-event-command-end = terminar
discord-event-command-cancel = cancelar
discord-event-about-create = Abrir un evento de avatares para este servidor
discord-event-about-status = Cómo va el evento
discord-event-about-end = Terminar el evento: ya no entra nadie y llega el cartel
discord-event-about-cancel = Cancelar el evento; lo que no ha empezado no se cobra
discord-option-duration = duración
discord-about-duration = Cuánto tiempo se puede participar: 30m, 3h o 2d (si no, un día)
discord-option-members = miembros
discord-about-members = Cuántos pueden participar (si no, 50)
discord-option-gallery = galería
discord-about-gallery = Si en un hilo se muestra a quien lo desee (si no, sí)
discord-option-payer = cuenta
discord-about-payer = De quién es la cuota que se usa (si no, la tuya)
discord-payer-host = mi cuota
discord-payer-server = la cuota del servidor
