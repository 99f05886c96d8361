# German words for people. The same ids and arguments as in en.ftl; `page-done` and the other buttons are named in
# sentences by the very word they carry.

### The conversation

language-name = Deutsch
language-set = Ab jetzt schreibe ich dir auf Deutsch.

welcome = Hallo. Ich male Porträts, die dir ähnlich sehen, in einem Stil, den du aussuchst. Dafür brauche ich ein paar Fotos von einer Person: Drei genügen, mehr als zehn kann ich nicht verwenden.
welcome-back = Schön, dass du wieder da bist.
consent-title = Bevor wir anfangen
consent-text = Deine Fotos dienen nur einem Zweck: Ein kleines Modell lernt mit ihnen dein Gesicht (deine Face LoRA) und malt damit deine Porträts. Sie werden verschlüsselt aufbewahrt, niemand sonst kommt an sie heran, und nach dem Training werden sie gelöscht. { kept-for } Du kannst jederzeit alles auf einmal löschen lassen.
kept-for = { $days ->
    [0] Deine Face LoRA und deine Porträts bleiben, bis du sie löschst.
    [one] Deine Face LoRA und deine Porträts werden nach { $days } Tag gelöscht, oder sobald du es möchtest.
   *[other] Deine Face LoRA und deine Porträts werden nach { $days } Tagen gelöscht, oder sobald du es möchtest.
}
consent-only-yours = Schick nur Fotos von dir selbst oder von einer Person, die damit einverstanden ist.
consent-button = Ich bin einverstanden
consent-first = Ich darf Fotos erst annehmen, wenn du zugestimmt hast, wie sie verwendet werden. Das Foto wurde nicht behalten: Stimm bitte zuerst zu und schick es dann noch einmal.
consent-thanks = Danke. Schick mir jetzt mindestens { $least } Fotos von einer Person: Gesicht zur Kamera, bei gutem Licht, niemand sonst im Bild. Verschiedene Tage und Gesichtsausdrücke helfen.
consent-old = Der Text hat sich geändert, seit du ihn bekommen hast. Lies ihn bitte noch einmal und stimm neu zu.

photos-ask = Schick mir mindestens { $least } Fotos von einer Person: Gesicht zur Kamera, bei gutem Licht, niemand sonst im Bild. Verschiedene Tage und Gesichtsausdrücke helfen.
photos-next-set = Dieses Foto kommt in deinen nächsten Satz Fotos: Der laufende Auftrag behält die Fotos, mit denen er begonnen hat.
photos-cleared = Alle Fotos dieses Satzes sind gelöscht. Schick neue, wann immer du magst.
sitter-ask = Diese Fotos zeigen jemand anderen als bisher. Hast du das Einverständnis dieser Person?
sitter-yes = Ja, sie ist einverstanden
sitter-no = Nein
sitter-gone = Die Fotos sind gelöscht. Schick Fotos von dir selbst oder von jemandem, der einverstanden ist.
photos-too-few = { $good ->
    [0] Ich habe noch kein gutes Foto
    [one] Ich habe { $good } gutes Foto
   *[other] Ich habe { $good } gute Fotos
  } und brauche { $least }. Schick mir noch { $missing ->
    [one] eins
   *[other] { $missing }
  } und drück dann auf „Fertig“.
photos-checking = Ich sehe mir noch { $checking ->
    [one] ein Foto
   *[other] { $checking } Fotos
  } an. Einen Moment, dann drück noch einmal auf „Fertig“.
photos-count = { $good } von { $least } guten Fotos
photos-count-enough = { $good ->
    [one] { $good } gutes Foto
   *[other] { $good } gute Fotos
  }: genug, um anzufangen
photo-unknown = Dieses Foto habe ich nicht mehr.
photo-removed = Das Foto ist gelöscht.

styles-ask = Welcher Stil soll es sein?
style-unknown = Einen Stil namens „{ $style }“ gibt es nicht. Wähl einen von den gezeigten.
style-none-yet = Du hast noch keinen Stil gewählt. Wähl einen von den gezeigten.
template-kept = Ich habe das Bild. Wähl einen Stil, und ich male dich an die Stelle des größten Gesichts darin: { $count ->
    [one] ein Bild
   *[other] { $count } Bilder
  }. Ich bewahre die Vorlage verschlüsselt auf und lösche sie, wenn sie fertig sind; willst du doch nicht, brich ab.
template-photos-first = Zuerst Fotos von dir: Schick mindestens { $least }. Wenn sie gut sind, schick dieses Bild noch einmal.
template-dropped = Das Bild ist gelöscht. Deine nächsten Porträts werden ohne Vorlage gemalt.
template-again = Die Vorlage dieser Bilder ist schon gelöscht. Schick sie noch einmal und wähl dann einen Stil.

request-accepted = { $style }, { $count ->
    [one] ein Porträt
   *[other] { $count } Porträts
  }: bin dabei.
request-position = { $position ->
    [1] Du bist als Nächstes dran.
   *[other] Du bist Nummer { $position } in der Warteschlange.
  }
request-position-unknown = Du bist in der Warteschlange.
request-wait = { $minutes ->
    [one] In etwa einer Minute bist du an der Reihe.
   *[other] In etwa { $minutes } Minuten bist du an der Reihe.
  }
request-busy = Ich male noch. Du kannst hier warten, später wiederkommen oder abbrechen; danach wählst du, wie es weitergeht.
too-often = Das ist mehr, als ich in einer Stunde von einer Person annehmen kann. Mach bitte in { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
  } weiter.
commands-too-many = Das sind mehr Befehle, als ich hier in einer Stunde annehmen kann. Um { $time } Uhr (UTC) geht es weiter.
request-none = Im Moment wird nichts gemalt.
request-stopping = Ich halte an. Es wird nichts berechnet.
preview = Eine erste Skizze, während ich dein Gesicht noch lerne.
preview-soon = Deine Porträts folgen.
preview-wait = { $minutes ->
    [one] Deine Porträts folgen in etwa einer Minute.
   *[other] Deine Porträts folgen in etwa { $minutes } Minuten.
  }
request-made = { $style }: { $count ->
    [one] hier ist dein Porträt.
   *[other] hier sind deine { $count } Porträts.
  }
request-cancelled = Abgebrochen. Du hast dein Guthaben zurück: Es wurde nichts berechnet.
request-failed = Das hat nicht geklappt: { $reason } Es wurde nichts berechnet.
request-retried = Was vorhin nicht geklappt hat, wird noch einmal versucht; du musst nichts tun. { $count ->
    [one] Es kostet ein Porträt deines Guthabens
   *[other] Es kostet { $count } Porträts deines Guthabens
  }, wie beim ersten Mal; geht es schief, bekommst du sie zurück.

stage-prepare = Ich bereite deine Fotos vor
stage-train = Ich trainiere deine Face LoRA
stage-render = Ich male
stage-queued = In der Warteschlange
stage-steps = { $done } von { $total }
eta-seconds = { $seconds ->
    [one] noch eine Sekunde
   *[other] noch etwa { $seconds } Sekunden
  }
eta-minutes = { $minutes ->
    [one] noch etwa eine Minute
   *[other] noch etwa { $minutes } Minuten
  }

likeness = Ähnlichkeit { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
likeness-close = sehr ähnlich
likeness-good = ähnlich
likeness-fair = erkennbar
likeness-far = entfernt
likeness-none = Ähnlichkeit nicht gemessen
likeness-hint = Wie sehr dieses Gesicht deinen Fotos gleicht, von 0 bis 1: Höher ist ähnlicher, und ab 0,40 gilt ein Gesicht als dieselbe Person.
portrait-alt = Porträt { $n } im Stil { $style }

quota-left = { $available ->
    [0] Du hast keine Porträts mehr übrig.
    [one] Du hast noch { $available } Porträt.
   *[other] Du hast noch { $available } Porträts.
  }
quota-held = { $held ->
    [one] Eines ist noch für den laufenden Auftrag reserviert.
   *[other] { $held } sind noch für den laufenden Auftrag reserviert.
  }
quota-short = { $available ->
    [0] Du hast keine Porträts mehr übrig
    [one] Du hast noch { $available } Porträt
   *[other] Du hast noch { $available } Porträts
  }, und hierfür brauchst du { $wanted }. Es wurde nichts berechnet.
quota-resets = Dein Guthaben wird am { $when } wieder aufgefüllt.
quota-ask-operator = Wenn du mehr brauchst, frag bei denen nach, die diesen Bot betreiben.

forget-ask = Das löscht deine Fotos, deine Face LoRA und deine Porträts, jetzt und für immer. Porträts, die du behalten willst, musst du vorher herunterladen. Soll ich?
forget-done = Alles von dir ist gelöscht.
forget-receipt = { $photos ->
    [one] { $photos } Foto
   *[other] { $photos } Fotos
  }, { $face_loras ->
    [one] { $face_loras } Face LoRA
   *[other] { $face_loras } Face LoRAs
  } und { $portraits ->
    [one] { $portraits } Porträt
   *[other] { $portraits } Porträts
  } gelöscht am { $when }.
forget-key = Auch der Schlüssel, mit dem sie verschlüsselt waren, ist vernichtet: Kopien, die vielleicht noch in einer Sicherung liegen, kann niemand mehr lesen.

not-now-new = Lies bitte zuerst den Text und stimm ihm zu.
not-now-collecting = Zuerst die Fotos: Schick mindestens { $least } von einer Person und drück dann auf „Fertig“.
not-now-choosing = Wähl einen Stil oder schick noch mehr Fotos.
not-now-waiting = Ich male noch. Du kannst warten, später wiederkommen oder abbrechen.
not-now-done = Wähl einen anderen Stil, lass dir mehr davon malen oder fang mit neuen Fotos an.
not-here = Das gibt es hier nicht (mehr).
went-wrong = Bei uns ist etwas schiefgegangen. Was du vorher geschickt hast, ist sicher; versuch es bitte in einer Minute noch einmal.
upload-unreadable = Ich konnte nicht lesen, was angekommen ist. Lade die Seite neu und wähl die Fotos noch einmal aus.
web-crowded = Von dort, wo du bist, sind in einer Stunde viele neue Leute gekommen. Lade diese Seite bitte in { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
  } neu.
web-uploads-crowded = Von dort, wo du bist, sind zu viele Fotos gleichzeitig unterwegs. Warte, bis sie angekommen sind, und wähl dieses noch einmal aus.
moment = { DATETIME($date, dateStyle: "long") }, { $time } Uhr UTC

### Why a photo was refused, and what to do

reason-not-an-image = Diese Datei ist kein Bild, das ich lesen kann. Schick ein Foto als JPEG, PNG, HEIC oder WebP.
reason-unsupported-format = Diese Art von Bild kann ich nicht lesen. Schick es als JPEG, PNG, HEIC oder WebP.
reason-truncated = Das Ende dieses Bildes fehlt, wie nach einem abgebrochenen Download. Schick noch einmal das Original.
reason-empty = Diese Datei ist leer. Wähl das Foto noch einmal aus und schick es neu.
reason-too-many-pixels = Dieses Bild hat mehr Pixel, als ich mir ansehen kann. Schick es kleiner oder als JPEG mit bis zu 50 Megapixeln.
reason-too-large = Diese Datei ist größer als { $limit } MB. Schick eine kleinere Kopie.
reason-animated = Das ist eine Animation. Schick ein Foto, das stillsteht.
reason-no-face = Hier habe ich kein Gesicht gefunden. Schick ein Foto, auf dem das Gesicht gut zu sehen und der Kamera zugewandt ist.
reason-several-faces = Hier ist mehr als ein Gesicht. Schick ein Foto von einer Person allein oder schneide die anderen weg.
reason-face-too-small = Das Gesicht ist hier zu klein. Geh näher heran oder schneide das Foto auf Kopf und Schultern zu.
reason-blurred = Dieses Foto ist unscharf. Halt die Kamera ruhig, wisch die Linse ab und schick ein schärferes.
reason-too-dark = Dieses Foto ist zu dunkel. Dreh dich zu einem Fenster oder einer Lampe und mach ein neues.
reason-too-bright = Dieses Foto ist zu hell, um das Gesicht zu erkennen. Geh aus dem grellen Licht und mach ein neues.
reason-turned-away = Das Gesicht ist zu weit weggedreht. Schau zur Kamera und mach ein neues.
reason-too-young = Die Person auf diesem Foto wirkt zu jung, um hier gemalt zu werden. Schick Fotos von jemand Älterem, der einverstanden ist.
reason-another-person = Das scheint jemand anderes zu sein als auf deinen übrigen Fotos. Ein Satz ist für eine Person: Entferne das Foto, das nicht dazugehört.
reason-duplicate = Dieses Foto habe ich schon. Schick ein anderes: ein anderer Tag, ein anderer Gesichtsausdruck.
reason-too-many = In einen Satz passen höchstens { $most } Fotos. Entferne eines, wenn du lieber dieses verwenden willst.
reason-too-many-refused = { $refused } Fotos dieses Satzes wurden abgelehnt, und mehr davon behält er nicht. Entferne einige davon, oder fang mit „Alle entfernen“ neu an.
reason-expired = Discord behält die Adresse einer Datei nur einen Tag, und diese ist abgelaufen. Schick das Foto noch einmal.
reason-too-slow = Dieses Foto anzusehen hat zu lange gedauert; vielleicht ist die Datei beschädigt. Mach einen Screenshot davon und schick den, oder schick ein anderes Foto.
reason-check-failed = Ich konnte mir dieses Foto nicht ansehen: Dreimal bin ich daran hängen geblieben. Schick es in einem anderen Format oder schick ein anderes.
reason-unknown = Dieses Foto kann ich nicht verwenden. Versuch es bitte mit einem anderen.

### Why a request failed, and what to do

reason-too-few-photos = Zu wenige der Fotos waren brauchbar. Schick neue, Gesicht zur Kamera und bei gutem Licht.
reason-no-memory = Dem Rechner ist der Speicher ausgegangen. Versuch es in ein paar Minuten noch einmal.
reason-unknown-style = Diesen Stil gibt es nicht mehr. Wähl einen anderen.
reason-bad-style = Dieser Stil ist beschädigt. Wähl einen anderen und sag es bitte denen, die diesen Bot betreiben.
reason-unknown-base = Das Modell zum Malen fehlt. Sag es bitte denen, die diesen Bot betreiben, und frag dann noch einmal.
reason-bad-lora = Was ich über dieses Gesicht gelernt habe, lässt sich nicht mehr lesen. Fang mit neuen Fotos an: Schick mindestens { $least }.
reason-blocked = Keines der Porträts hat die Sicherheitsprüfung bestanden. Frag noch einmal oder wähl einen anderen Stil.
reason-nan = Das Training ist aus dem Ruder gelaufen. Frag noch einmal: Es beginnt von vorn, mit anderem Rauschen.
reason-template-unreadable = Die Vorlage ist kein Bild, das ich lesen kann. Schick sie noch einmal als JPEG oder PNG.
reason-template-no-face = In der Vorlage ist kein Gesicht. Schick ein Bild von jemandem, der dich ansieht.
reason-template-too-few-sitters = Die Vorlage hat mehr Gesichter als Porträtierte. Schick ein Bild mit einem Gesicht.
reason-template-too-many-sitters = Die Vorlage hat zu wenige Gesichter. Schick ein Bild mit mehr Gesichtern, eines für jede Person.
reason-template-bad-choice = Die Vorlage hat das gewählte Gesicht nicht. Schick die Vorlage noch einmal und wähl neu.
reason-internal = Bei uns ist etwas kaputtgegangen. Frag noch einmal; passiert es wieder, sag es bitte denen, die diesen Bot betreiben.
reason-engine-failed = Das Malen ist mehrmals mittendrin stehen geblieben. Frag in ein paar Minuten noch einmal.

### Avatar-Aktionen

event-unknown = Diese Aktion kenne ich nicht.
event-closed = Diese Aktion nimmt niemanden mehr auf.
event-full = Diese Aktion hat schon ihre { $most } Mitglieder.
event-welcome = Du bist zu einer Avatar-Aktion eingeladen.
event-left = Du nimmst nicht mehr teil. Ist dein Porträt in der Galerie, nehme ich es weg.
event-not-in = Du nimmst an dieser Aktion nicht teil.
event-pool-empty = Die Porträts dieser Aktion sind aufgebraucht. Sag es der Person, die sie eröffnet hat; sobald es mehr gibt, frage noch einmal.
event-card-title = Avatar-Aktion: { $title }
event-card = { $style }, { $portraits ->
    [one] ein Porträt
   *[other] { $portraits } Porträts
  } für alle, die mitmachen, bis { $when }. Es kostet dich nichts.
event-card-ready = Dein Gesicht kenne ich schon: ein Druck genügt.
event-card-served = Deine sind gemalt oder unterwegs.
event-card-shown = Dein bestes Porträt wird der Gruppe gezeigt.
event-card-hidden = Niemand sonst sieht deine Porträts.
event-make = Meine malen
event-show-mine = Meins der Gruppe zeigen
event-hide-mine = Meins nicht zeigen
event-leave = Nicht mehr mitmachen
event-join = Mitmachen
event-announcement = Avatar-Aktion! Alle, die mitmachen, bekommen { $portraits ->
    [one] ein Porträt
   *[other] { $portraits } Porträts
  } im Stil { $style }, umsonst. Drücke den Knopf, schicke mir privat ein paar Selfies und entscheide dort, ob die Gruppe das Ergebnis sehen darf. Bis { $when }.
event-counts = { $members ->
    [0] Noch macht niemand mit.
    [one] Eine Person macht mit.
   *[other] { $members } Personen machen mit.
  } { $made ->
    [0] Noch hat niemand Porträts.
    [one] Eine hat schon Porträts.
   *[other] { $made } haben schon Porträts.
  }
event-over = Die Avatar-Aktion ist vorbei. { $made ->
    [one] Eine Person hat Porträts.
   *[other] { $made } Personen haben Porträts.
  } Danke an alle!
event-over-nobody = Die Avatar-Aktion ist vorbei, und niemand hat mitgemacht. Ein andermal!
event-called-off = Die Avatar-Aktion wurde abgesagt. Was nicht begonnen war, wird weder gemalt noch berechnet.
event-shown = { $name }, Stil { $style }
event-poster = Alle zusammen: { $title }
event-opened = Die Aktion ist eröffnet. Ich kündige sie hier an und zähle mit.
event-already = Hier läuft eine Aktion, die noch nicht beendet ist. Beende sie zuerst, oder sage sie ab.
event-none = Zurzeit gibt es hier keine Aktion.
event-closing = Die Aktion nimmt niemanden mehr auf. Sind die letzten Porträts gemalt, hänge ich das Plakat auf.
event-cancelled = Die Aktion ist abgesagt. Was nicht begonnen war, wird nicht gemalt, und sein Kontingent ist wieder frei.
event-duration = Eine Aktion dauert 10 Minuten bis 14 Tage.
event-members = Eine Aktion ist für { $least } bis { $most } Mitglieder.
event-pool-short = Eine Aktion braucht ein Kontingent von mindestens { $needed } Porträts, und { $available ->
    [0] es gibt keines
    [one] es gibt eines
   *[other] es gibt { $available }
  }. Besorge mehr, dann eröffne sie.
event-pool-for = Das Kontingent reicht im Augenblick für { $members ->
    [one] ein Mitglied
   *[other] { $members } Mitglieder
  }. Besorge mehr, bevor sie da sind.

### The styles that come with limner

style-comic-title = Comic
style-comic-words = Kräftige Umrisse und flache Farben.
style-cyberpunk-title = Cyberpunk
style-cyberpunk-words = Neonlicht, Magenta und Cyan, tiefe Schatten.
style-oil-title = Öl
style-oil-words = Dicker Pinselstrich in warmem Licht.
style-pencil-title = Bleistift
style-pencil-words = Graphit auf Papier, feine Schraffur.
style-photo-title = Foto
style-photo-words = Ein schlichtes Foto, nichts hinzugefügt.
style-sepia-title = Sepia
style-sepia-words = Eine alte Atelieraufnahme in warmem Braun.
style-watercolour-title = Aquarell
style-watercolour-words = Dünne Lasuren mit weichen Rändern auf weißem Papier.

### The page

page-title = limner
page-tagline = Porträts im Chat
page-menu = Dein Konto
page-photos-heading = Fotos von einer Person
page-drop = Fotos hier ablegen
page-drop-or = oder
page-pick = Fotos auswählen
page-camera = Foto aufnehmen
page-drop-hint = JPEG, PNG, HEIC oder WebP, je bis 20 MB
page-photo-sending = Wird gesendet
page-photo-checking = Wird geprüft
page-photo-accepted = Gut
page-photo-refused = Nicht brauchbar
page-photo-remove = Entfernen
page-photos-clear = Alle entfernen
page-photos-change = Fotos ändern
page-done = Fertig
page-styles-heading = Stile
page-template = Mich in ein Bild malen
page-template-waits = Der Stil, den du wählst, wird in dein Bild gemalt.
page-template-drop = Ohne das Bild
page-progress-heading = Fortschritt
page-preview = Erste Skizze
page-stage-prepare = Fotos
page-stage-train = Face LoRA
page-stage-render = Porträts
page-cancel = Abbrechen
page-again = Mehr davon
page-other-style = Anderer Stil
page-new-photos = Neue Fotos
page-view = Groß ansehen
page-download = Herunterladen
page-close = Schließen
page-previous = Zurück
page-next = Weiter
page-quota = Guthaben
page-forget = Vergiss mich
page-forget-title = Vergiss mich
page-forget-yes = Alles löschen
page-forget-no = Behalten
page-receipt-title = Quittung
page-start-again = Neu anfangen
page-offline = Die Verbindung ist weg. Ich versuche es wieder.
page-no-script = Diese Seite braucht JavaScript: Sie ist ein Chat.

## Telegram

telegram-done = Fertig
telegram-clear = Alle entfernen
telegram-cancel = Abbrechen
telegram-again = Mehr davon
telegram-other-style = Anderer Stil
telegram-new-photos = Neue Fotos
telegram-full = Volle Größe
telegram-drop = Diese löschen
telegram-drop-yes = Endgültig löschen
telegram-keep = Behalten
telegram-show = In der Gruppe zeigen
telegram-forget-yes = Alles löschen
telegram-buy = Mehr Porträts
telegram-checking = { $checking ->
    [one] Ich sehe mir ein Foto an
   *[other] Ich sehe mir { $checking } Fotos an
  }
telegram-refused = { $refused ->
    [one] Ein Foto ist nicht brauchbar
   *[other] { $refused } Fotos sind nicht brauchbar
  }
telegram-next = Wie soll es weitergehen?
telegram-dropped = { $count ->
    [one] Das Porträt ist gelöscht.
   *[other] Die { $count } Porträts sind gelöscht.
  }
telegram-kept = Alles bleibt, wie es ist.
telegram-words = Ich verstehe Fotos, Befehle und Knöpfe. Schick mir Fotos von einer Person, oder sieh mit /help nach, was ich kann.
telegram-other = Ich kann nur Fotos gebrauchen. Schick sie als Fotos oder als Dateien in JPEG, PNG, HEIC oder WebP.
telegram-no-command = Diesen Befehl kenne ich nicht. /help nennt die, die ich kenne.
telegram-language = In welcher Sprache soll ich dir schreiben?
telegram-group = Ich male Porträts aus ein paar Selfies. Fotos gehören in einen privaten Chat: Fang dort an und zeig die Porträts danach hier, wenn du magst.
telegram-group-button = Privat anfangen
telegram-shown = { $name }, Stil { $style }
telegram-is-shown = Die Porträts sind jetzt in der Gruppe.
telegram-buy-ask = Wie viele Porträts sollen es sein? Du bezahlst mit Telegram-Sternen, und für einen Auftrag, der misslingt, wird nichts berechnet.
telegram-pack = { $portraits ->
    [one] { $portraits } Porträt
   *[other] { $portraits } Porträts
  } für { $stars ->
    [one] { $stars } Stern
   *[other] { $stars } Sterne
  }
telegram-pack-title = { $portraits ->
    [one] { $portraits } Porträt
   *[other] { $portraits } Porträts
  }
telegram-pack-words = { $portraits ->
    [one] { $portraits } Porträt
   *[other] { $portraits } Porträts
  } in jedem Stil, ohne Ablaufdatum.
telegram-pack-gone = Dieses Paket wird nicht mehr verkauft. /buy zeigt die, die es gibt.
telegram-paid = Danke. { $available ->
    [one] Du hast jetzt { $available } Porträt.
   *[other] Du hast jetzt { $available } Porträts.
  }
telegram-paid-unknown = Deine Zahlung ist angekommen, aber ich kann sie keinem Paket zuordnen. Schreib denen, die diesen Bot betreiben, und nenne die Zahlung { $charge }: Du bekommst deine Sterne zurück.
telegram-help = Schick mir Fotos von einer Person, drück auf „Fertig“, wähl einen Stil, und ich male.
    /new fängt mit neuen Fotos an
    /styles zeigt die Stile
    /template malt dich in ein Bild
    /status sagt, wo wir stehen
    /cancel bricht ab, was gerade gemalt wird
    /quota sagt, wie viele Porträts du noch hast, /buy bringt mehr
    /language ändert die Sprache
    /privacy, /terms und /paysupport enthalten das Kleingedruckte
    /delete löscht alles von dir
telegram-template = Schick ein Bild, an dessen Stelle du sein möchtest, mit /template als Bildunterschrift, oder antworte mit /template auf ein Bild in diesem Chat. Am besten ist ein einziges großes Gesicht. Nimm nur ein Bild, das du verwenden darfst.
telegram-privacy = Deine Fotos werden verschlüsselt aufbewahrt, nur zum Training deiner Face LoRA benutzt und danach gelöscht. { kept-for } Niemand sonst kommt an sie heran. /delete löscht alles auf einmal, mit Quittung; was in diesem Chat steht, löschst du hier selbst. Telegram bewahrt nach eigenen Regeln auf, was darüber verschickt wird.
telegram-terms = Schick nur Fotos von dir selbst oder von jemandem, der damit einverstanden ist. Porträts sind Bilder einer Maschine: Gib sie nicht als Fotografien aus. Wer diesen Bot betreibt, darf Leute abweisen, die ihn missbrauchen.
telegram-paysupport = Wenn mit einer Zahlung etwas schiefging oder du deine Sterne zurückhaben willst, schreib denen, die diesen Bot betreiben, mit dem Tag und der Nummer der Zahlung. Telegram selbst hilft bei Käufen in Bots nicht.
telegram-command-new = Mit neuen Fotos anfangen
telegram-command-styles = Die Stile zeigen
telegram-command-template = Mich in ein Bild malen
telegram-command-status = Wo stehen wir?
telegram-command-cancel = Abbrechen, was gerade gemalt wird
telegram-command-quota = Wie viele Porträts noch da sind
telegram-command-buy = Mehr Porträts bekommen
telegram-command-language = Die Sprache ändern
telegram-command-help = Was ich kann
telegram-command-privacy = Was mit deinen Fotos geschieht
telegram-command-terms = Nutzungsbedingungen
telegram-command-paysupport = Hilfe bei Zahlungen
telegram-command-delete = Alles von dir löschen
telegram-command-portrait = Porträts aus ein paar Selfies
telegram-event-help = Eine Avatar-Aktion malt alle in der Gruppe, die mitmachen, in einem Stil. Administratoren schreiben:
    /event oil eröffnet eine in diesem Stil, für einen Tag und bis zu 50 Mitglieder
    /event oil 3h 20 sagt, wie lange (Minuten m, Stunden h, Tage d) und wie viele
    /event oil nogallery zeigt hier niemandes Porträt
    /event oil group nimmt das Kontingent der Gruppe statt deines
    /event sagt, wie es steht, /event end beendet sie, /event cancel sagt sie ab
    Stile: { $styles }
telegram-event-admins = Das können nur Administratoren dieser Gruppe.
telegram-command-event = Eine Avatar-Aktion für diese Gruppe

## Discord

discord-begin = Fang mit /{ discord-command-portrait } an: Such einen Stil aus und gib mir { $least } bis { $most } Fotos von einer Person, Gesicht zur Kamera, bei gutem Licht.
discord-form = Fotos von einer Person
discord-form-photos = { $least } bis { $most } Fotos
discord-form-photos-about = Gesicht zur Kamera, bei gutem Licht, niemand sonst im Bild. Verschiedene Tage helfen.
discord-wait = Ich sehe mir noch { $checking ->
    [one] ein Foto
   *[other] { $checking } Fotos
  } an. Einen Moment, dann frag noch einmal.
discord-checking = Wird angesehen: { $checking }
discord-too-few = { $good ->
    [0] Keines der Fotos ist brauchbar
    [one] Nur { $good } Foto ist brauchbar
   *[other] Nur { $good } Fotos sind brauchbar
  }, und ich brauche { $least }. Gib mir noch mindestens { $missing } dazu: Dann mache ich von selbst weiter.
discord-without = Ich mache ohne diese Fotos weiter:
discord-later = Discord lässt mich diese Nachricht nur eine Viertelstunde lang ändern. Ich male weiter; /{ discord-command-status } sagt, wo wir stehen, und die Porträts kommen, wenn sie fertig sind.
discord-choose = Such einen Stil aus
discord-add = Fotos hinzufügen
discord-clear = Alle entfernen
discord-cancel = Abbrechen
discord-again = Mehr davon
discord-other-style = Anderer Stil
discord-new-photos = Neue Fotos
discord-avatar = Als Avatar
discord-avatar-nth = Porträt { $n }
discord-avatar-which = Welches soll es sein?
discord-avatar-how = Speichere dieses Bild und wähle es in Discord unter Benutzereinstellungen, Profile, Avatar ändern. Ein Bot kann das nicht für dich tun.
discord-full = Volle Größe
discord-full-how = Hier sind die Dateien, wie sie gemalt wurden. Öffne eine und speichere sie von dort.
discord-drop = Diese löschen
discord-drop-yes = Endgültig löschen
discord-keep = Behalten
discord-kept = Alles bleibt, wie es ist.
discord-forget-yes = Alles löschen
discord-dropped = { $count ->
    [one] Das Porträt ist gelöscht.
   *[other] Die { $count } Porträts sind gelöscht.
  }
discord-dropped-rest = Nachrichten, die nur du siehst, kann ich nicht mehr löschen: Verwirf sie selbst.
discord-copy = Porträt { $n } hat { $size } MB, mehr als Discord hier annimmt. Das ist eine kleinere Kopie.
discord-too-large = Porträt { $n } hat { $size } MB, mehr als Discord hier annimmt. Drück auf Volle Größe in einem Server, der größere Dateien annimmt (einem geboosteten), oder frag den, der diesen Bot betreibt.
discord-not-yours = Dieser Knopf gehört jemand anderem. Fang mit /{ discord-command-portrait } deine eigenen an.
discord-channel-only = In diesem Server male ich nur in { $channel }. Frag mich dort oder in einer Direktnachricht.
discord-role-only = In diesem Server male ich nur für { $role }. Bitte die Verwaltung um diese Rolle, oder frag mich in einer Direktnachricht.
discord-lacks = Ich würde die Porträts hier allen zeigen, aber in diesem Kanal fehlen mir Rechte: { $permissions }. Deshalb siehst nur du sie.
discord-lacks-there = In { $channel } fehlen mir Rechte: { $permissions }. Gib sie mir, sonst bleiben die Porträts privat.
discord-permission-view-channel = Kanal ansehen
discord-permission-send-messages = Nachrichten senden
discord-permission-send-in-threads = Nachrichten in Threads senden
discord-permission-attach-files = Dateien anhängen
discord-permission-read-history = Nachrichtenverlauf anzeigen
discord-permission-create-threads = Öffentliche Threads erstellen
discord-permission-manage-threads = Threads verwalten
discord-permission-create-events = Events erstellen
discord-settings-admins = Nur wer den Server verwalten darf, ändert seine Einstellungen, und nur wo ich Mitglied bin.
discord-settings-channel = Wo: in { $channel }
discord-settings-anywhere = Wo: in jedem Kanal
discord-settings-role = Für wen: { $role }
discord-settings-everybody = Für wen: alle
discord-settings-public = Porträts: für alle im Kanal sichtbar
discord-settings-private = Porträts: nur für ihre Besitzer sichtbar
discord-settings-language = Sprache im Kanal: { $language }
discord-settings-own-language = Sprache im Kanal: die der fragenden Person
discord-event-mine = Mein Stand
discord-event-remove = Meins entfernen
discord-event-gallery = Die Galerie der Aktion
discord-event-photos = Drücke auf „Fotos hinzufügen“ und gib mir mindestens { $least } von einer Person: Gesicht zur Kamera, bei gutem Licht, niemand sonst im Bild.
discord-event-too-large = Dieses Porträt ist zu groß, um hier gezeigt zu werden.
discord-event-opened = Die Aktion ist eröffnet. Ich kündige sie in { $channel } an und zähle dort mit.
discord-event-misses = Schöner wäre es mit diesen Rechten: { $permissions }. Ohne sie bleibt die Galerie am Ende offen, oder die Aktion steht nicht in der Eventliste des Servers.
discord-event-lacks = In { $channel } kann ich keine Aktion abhalten, dort fehlen mir Rechte: { $permissions }. Gib sie mir, dann versuche es noch einmal.
discord-event-gone = Die Avatar-Aktion „{ $title }“ ist aufgegeben: Ihr Kanal ist weg, oder ich werde nicht mehr hineingelassen. Was nicht begonnen war, wird weder gemalt noch berechnet.
discord-event-lost = Die Avatar-Aktion „{ $title }“ ist aufgegeben: In ihrem Kanal fehlen mir Rechte: { $permissions }. Gib sie mir und eröffne sie neu. Was nicht begonnen war, wird weder gemalt noch berechnet.
discord-event-duration = Sag die Dauer als 30m, 3h oder 2d: von 10 Minuten bis 14 Tage.
discord-event-hosts = Nur wer Events oder den Server verwalten darf, hält Avatar-Aktionen ab, und nur wo ich Mitglied bin.
discord-language = In welcher Sprache soll ich dir schreiben?
discord-privacy = Deine Fotos werden verschlüsselt aufbewahrt, nur zum Training deiner Face LoRA benutzt und danach gelöscht. { kept-for } Niemand sonst kommt an sie heran. Ich lese keine Nachrichten: nur was du mir mit einem Befehl oder Formular gibst. /{ discord-command-delete } löscht alles auf einmal, mit Quittung. Discord bewahrt nach eigenen Regeln auf, was darüber verschickt wird.

discord-command-portrait = porträt
discord-command-styles = stile
discord-command-status = stand
discord-command-cancel = abbrechen
discord-command-quota = kontingent
discord-command-language = sprache
discord-command-privacy = datenschutz
discord-command-settings = einstellungen
discord-command-event = aktion
discord-command-delete = löschen
discord-about-portrait = Porträts von dir aus ein paar Selfies
discord-about-styles = Die Stile zeigen
discord-about-status = Wo stehen wir?
discord-about-cancel = Abbrechen, was gerade gemalt wird
discord-about-quota = Wie viele Porträts noch da sind
discord-about-language = Die Sprache ändern
discord-about-privacy = Was mit deinen Fotos geschieht
discord-about-settings = Wo, für wen und wie ich in diesem Server male
discord-about-event = Avatar-Aktionen: alle, die mitmachen, werden in einem Stil gemalt
discord-about-delete = Alles von dir löschen
discord-option-style = stil
discord-about-style = Wie sie aussehen sollen
discord-option-selfie = selfie{ $n }
discord-about-selfie = Foto { $n } von einer Person; ohne frage ich danach
discord-option-template = vorlage
discord-about-template = Ein Bild, in das ich dich male, an die Stelle des größten Gesichts
discord-option-channel = kanal
discord-about-channel = Der einzige Kanal, in dem ich male
discord-option-role = rolle
discord-about-role = Wer um Porträts bitten darf (@everyone: alle)
discord-option-public = öffentlich
discord-about-public = Ob alle im Kanal die Porträts sehen
discord-option-language = sprache
discord-about-server-language = Die Sprache, in der ich in den Kanal schreibe
discord-option-reset = zurücksetzen
discord-about-reset = Vorher alle Einstellungen dieses Servers vergessen
discord-event-command-create = eröffnen
discord-event-command-status = stand
discord-event-command-end = beenden
discord-event-command-cancel = absagen
discord-event-about-create = Eine Avatar-Aktion für diesen Server eröffnen
discord-event-about-status = Wie die Aktion steht
discord-event-about-end = Die Aktion beenden: niemand kommt mehr dazu, das Plakat kommt
discord-event-about-cancel = Die Aktion absagen; was nicht begonnen ist, kostet nichts
discord-option-duration = dauer
discord-about-duration = Wie lange man mitmachen kann: 30m, 3h oder 2d (sonst ein Tag)
discord-option-members = mitglieder
discord-about-members = Wie viele mitmachen können (sonst 50)
discord-option-gallery = galerie
discord-about-gallery = Ob in einem Thread gezeigt wird, wer das möchte (sonst ja)
discord-option-payer = zahler
discord-about-payer = Wessen Kontingent die Porträts brauchen (sonst deines)
discord-payer-host = mein Kontingent
discord-payer-server = das Kontingent des Servers
