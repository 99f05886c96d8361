# English words for people. Ids are the `text` of a reply; every refusal and failure has a line here that says what
# to do next. Words of the page itself begin with `page-`.

### The conversation

language-name = English
language-set = From now on I write to you in English.

welcome = Hello. I paint portraits that look like you, in a style you choose. I need a few photos of one person: three are enough, ten are the most I can use.
welcome-back = Welcome back.
consent-title = Before we begin
consent-text = Your photos are used for one thing: to teach a small model your face (your Face LoRA) and paint your portraits with it. They are kept encrypted, nobody else can reach them, and they are deleted after training. { kept-for } You can have everything deleted at once, whenever you like.
kept-for = { $days ->
    [0] Your Face LoRA and your portraits stay until you delete them.
    [one] Your Face LoRA and your portraits are deleted after { $days } day, or as soon as you wish.
   *[other] Your Face LoRA and your portraits are deleted after { $days } days, or as soon as you wish.
}
consent-only-yours = Send only photos of yourself, or of a person who agreed to this.
consent-button = I agree
consent-first = I may only take photos after you agreed to how they are used. The photo was not kept: please agree first, then send it again.
consent-thanks = Thank you. Now send me at least { $least } photos of one person: face to the camera, in good light, nobody else in the picture. Different days and expressions help.
consent-old = The text has changed since you were shown it. Please read it once more and agree again.

photos-ask = Send me at least { $least } photos of one person: face to the camera, in good light, nobody else in the picture. Different days and expressions help.
photos-next-set = This photo goes to your next set of photos: the current request keeps the photos it began with.
photos-cleared = All photos of this set are deleted. Send new ones whenever you like.
sitter-ask = These photos show somebody else than before. Do you have this person's permission?
sitter-yes = Yes, they agreed
sitter-no = No
sitter-gone = The photos are deleted. Send photos of yourself, or of somebody who agreed.
photos-too-few = { $good ->
    [0] I have no good photo yet
    [one] I have { $good } good photo
   *[other] I have { $good } good photos
  } and need { $least }. Send { $missing ->
    [one] one more
   *[other] { $missing } more
  }, then press Done.
photos-checking = I am still looking at { $checking ->
    [one] one photo
   *[other] { $checking } photos
  }. One moment, then press Done again.
photos-count = { $good } of { $least } good photos
photos-count-enough = { $good ->
    [one] { $good } good photo
   *[other] { $good } good photos
  }: enough to begin
photo-unknown = I do not have that photo any more.
photo-removed = The photo is deleted.

styles-ask = Which style shall it be?
style-unknown = There is no style called “{ $style }”. Choose one of those shown.
style-none-yet = You have not chosen a style yet. Choose one of those shown.
template-kept = I have the picture. Choose a style, and I paint you in the place of its largest face: { $count ->
    [one] one picture
   *[other] { $count } pictures
  }. I keep it encrypted and delete it when they are painted; if you change your mind, cancel.
template-photos-first = Photos of yourself come first: send at least { $least }. Once they are good, send this picture again.
template-dropped = The picture is deleted. Your next portraits are painted without it.
template-again = The picture that these were painted into is deleted already. Send it again, and then choose a style.

request-accepted = { $style }, { $count ->
    [one] one portrait
   *[other] { $count } portraits
  }: on it.
request-position = { $position ->
    [1] You are next.
   *[other] You are number { $position } in the queue.
  }
request-position-unknown = You are in the queue.
request-wait = { $minutes ->
    [one] Your turn comes in about a minute.
   *[other] Your turn comes in about { $minutes } minutes.
  }
request-busy = I am still painting. You can wait here, come back later, or cancel; then choose what comes next.
too-often = That is more than I can take from one person in an hour. Please go on in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }.
commands-too-many = That is more commands than I can take here in an hour. I go on at { $time } (UTC).
request-none = Nothing is being painted at the moment.
request-stopping = Stopping. Nothing will be charged.
preview = A first sketch, while I am still learning your face.
preview-soon = Your portraits follow.
preview-wait = { $minutes ->
    [one] Your portraits follow in about a minute.
   *[other] Your portraits follow in about { $minutes } minutes.
  }
request-made = { $style }: { $count ->
    [one] here is your portrait.
   *[other] here are your { $count } portraits.
  }
request-cancelled = Cancelled. Your quota is back: nothing was charged.
request-failed = It did not work out: { $reason } Nothing was charged.
request-retried = What did not work out before is being tried again; you need not do anything. { $count ->
    [one] It takes one portrait of your quota
   *[other] It takes { $count } portraits of your quota
  }, as at first, and gives them back if it fails.

stage-prepare = Preparing your photos
stage-train = Training your Face LoRA
stage-render = Painting
stage-queued = Waiting in the queue
stage-steps = { $done } of { $total }
eta-seconds = { $seconds ->
    [one] one second left
   *[other] about { $seconds } seconds left
  }
eta-minutes = { $minutes ->
    [one] about a minute left
   *[other] about { $minutes } minutes left
  }

likeness = likeness { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
likeness-close = very close
likeness-good = close
likeness-fair = alike
likeness-far = loose
likeness-none = likeness not measured
likeness-hint = How alike this face is to your photos, from 0 to 1: higher is closer, and from 0.40 on a face counts as the same person.
portrait-alt = Portrait { $n } in the style { $style }

quota-left = { $available ->
    [0] You have no portraits left.
    [one] You have { $available } portrait left.
   *[other] You have { $available } portraits left.
  }
quota-held = { $held ->
    [one] One more is reserved for the request under way.
   *[other] { $held } more are reserved for the request under way.
  }
quota-short = { $available ->
    [0] You have no portraits left
    [one] You have { $available } portrait left
   *[other] You have { $available } portraits left
  } and this needs { $wanted }. Nothing was charged.
quota-resets = Your quota is filled up again on { $when }.
quota-ask-operator = Ask whoever runs this bot for more.

forget-ask = This deletes your photos, your Face LoRA and your portraits, now and for good. Portraits you want to keep must be downloaded first. Shall I?
forget-done = Everything of yours is deleted.
forget-receipt = { $photos ->
    [one] { $photos } photo
   *[other] { $photos } photos
  }, { $face_loras ->
    [one] { $face_loras } Face LoRA
   *[other] { $face_loras } Face LoRAs
  } and { $portraits ->
    [one] { $portraits } portrait
   *[other] { $portraits } portraits
  } deleted on { $when }.
forget-key = The key they were encrypted with is destroyed too: copies that a backup may still hold cannot be read any more.

not-now-new = Please read and agree to the text first.
not-now-collecting = First the photos: send at least { $least } of one person, then press Done.
not-now-choosing = Choose a style, or send more photos.
not-now-waiting = I am still painting. You can wait, come back later, or cancel.
not-now-done = Choose another style, ask for more of the same, or begin with new photos.
not-here = That is not here (any more).
went-wrong = Something went wrong on our side. What you sent before is safe; please try once more in a minute.
upload-unreadable = I could not read what was sent. Reload the page and choose the photos again.
web-crowded = Many new people have come from where you are within an hour. Please reload this page in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }.
web-uploads-crowded = Too many photos are on their way from where you are. Wait until they have arrived, and choose this one again.
moment = { DATETIME($date, dateStyle: "long") }, { $time } UTC

### Why a photo was refused, and what to do

reason-not-an-image = This file is not a picture I can read. Send a photo as JPEG, PNG, HEIC or WebP.
reason-unsupported-format = I cannot read this kind of picture. Send it as JPEG, PNG, HEIC or WebP.
reason-truncated = The end of this picture is missing, as after a broken download. Send the original again.
reason-empty = This file is empty. Choose the photo again and send it once more.
reason-too-many-pixels = This picture has more pixels than I can look at. Send it smaller, or as a JPEG of up to 50 megapixels.
reason-too-large = This file is larger than { $limit } MB. Send a smaller copy.
reason-animated = This is an animation. Send a still photo.
reason-no-face = I found no face here. Send a photo in which the face is plain to see, turned to the camera.
reason-several-faces = There is more than one face here. Send a photo of one person alone, or crop the others away.
reason-face-too-small = The face is too small here. Come closer, or crop the photo to head and shoulders.
reason-blurred = This photo is blurred. Hold the camera still, wipe the lens, and send a sharper one.
reason-too-dark = This photo is too dark. Face a window or a lamp and take another.
reason-too-bright = This photo is too bright to see the face. Step out of the glare and take another.
reason-turned-away = The face is turned too far away. Look towards the camera and take another.
reason-too-young = The person in this photo looks too young to be painted here. Send photos of somebody older who agreed to it.
reason-another-person = This seems to be somebody else than in your other photos. A set is for one person: remove the photo that does not belong.
reason-duplicate = I already have this photo. Send a different one: another day, another expression.
reason-too-many = A set holds at most { $most } photos. Remove one if you would rather use this one.
reason-too-many-refused = { $refused } photos of this set were refused, and it holds no more of them. Remove some of those, or begin anew with “Remove all”.
reason-expired = Discord keeps the address of a file for a day only, and this one is over. Send the photo again.
reason-too-slow = Looking at this photo took too long; the file may be damaged. Take a screenshot of it and send that, or send a different photo.
reason-check-failed = I could not look at this photo: it stopped me three times. Send it in another format, or a different one.
reason-unknown = I cannot use this photo. Please try a different one.

### Why a request failed, and what to do

reason-too-few-photos = too few of the photos could be used. Send new ones, face to the camera and in good light.
reason-no-memory = the machine ran out of memory. Try again in a few minutes.
reason-unknown-style = this style is no longer there. Choose another.
reason-bad-style = this style is damaged. Choose another, and tell whoever runs this bot.
reason-unknown-base = the model to paint with is missing. Tell whoever runs this bot, then ask again.
reason-bad-lora = what I learned of this face can no longer be read. Begin with new photos: send at least { $least }.
reason-blocked = none of the portraits passed the safety check. Ask again, or choose another style.
reason-nan = the training ran astray. Ask again: it begins anew, from other noise.
reason-template-unreadable = the template is not a picture I can read. Send it again as JPEG or PNG.
reason-template-no-face = there is no face in the template. Send a picture of somebody who looks at you.
reason-template-too-few-sitters = the template has more faces than sitters. Send a picture with one face.
reason-template-too-many-sitters = the template has too few faces. Send a picture with more, or with one for each sitter.
reason-template-bad-choice = the template does not have the face that was chosen. Send the template again, and choose anew.
reason-internal = something broke on our side. Ask again; if it happens twice, tell whoever runs this bot.
reason-engine-failed = the painter stopped in the middle of the work, several times. Ask again in a few minutes.

### Avatar events

event-unknown = I do not know this event.
event-closed = This event takes nobody any more.
event-full = This event has its { $most } members already.
event-welcome = You are invited to an avatar event.
event-left = You no longer take part. If your portrait is in the gallery, I take it away.
event-not-in = You do not take part in this event.
event-pool-empty = The portraits of this event are used up. Tell whoever opened it; once there are more, ask again.
event-card-title = Avatar event: { $title }
event-card = { $style }, { $portraits ->
    [one] one portrait
   *[other] { $portraits } portraits
  } for everybody who takes part, until { $when }. It costs you nothing.
event-card-ready = I know your face already: one press is enough.
event-card-served = Yours are painted, or on their way.
event-card-shown = Your best portrait is shown to the group.
event-card-hidden = Nobody else sees your portraits.
event-make = Paint mine
event-show-mine = Show mine to the group
event-hide-mine = Do not show mine
event-leave = Leave the event
event-join = Take part
event-announcement = Avatar event! Everybody who takes part gets { $portraits ->
    [one] a portrait
   *[other] { $portraits } portraits
  } in the style { $style }, for nothing. Press the button, send me a few selfies in private, and decide there whether the group may see the result. Until { $when }.
event-counts = { $members ->
    [0] Nobody takes part yet.
    [one] One person takes part.
   *[other] { $members } people take part.
  } { $made ->
    [0] Nobody has portraits yet.
    [one] One has portraits already.
   *[other] { $made } have portraits already.
  }
event-over = The avatar event is over. { $made ->
    [one] One person has portraits.
   *[other] { $made } people have portraits.
  } Thank you all!
event-over-nobody = The avatar event is over, and nobody took part. Another time!
event-called-off = The avatar event was called off. Nothing that had not begun is painted or charged.
event-shown = { $name }, style { $style }
event-poster = All together: { $title }
event-opened = The event is open. I announce it here and keep the count.
event-already = There is an event here that has not ended yet. End it first, or call it off.
event-none = There is no event here at the moment.
event-closing = The event takes nobody any more. Once the last portraits are painted, I hang up the poster.
event-cancelled = The event is called off. What had not begun is not painted, and its quota is given back.
event-duration = An event lasts from 10 minutes to 14 days.
event-members = An event is for { $least } to { $most } members.
event-pool-short = An event needs a quota of at least { $needed } portraits, and there { $available ->
    [0] are none
    [one] is one
   *[other] are { $available }
  }. Get more, then open it.
event-pool-for = The quota is enough for { $members ->
    [one] one member
   *[other] { $members } members
  } at the moment. Get more before they are there.

### The styles that come with limner, as on their cards

style-comic-title = Comic
style-comic-words = Bold outlines and flat colours.
style-cyberpunk-title = Cyberpunk
style-cyberpunk-words = Neon light, magenta and cyan, deep shadows.
style-oil-title = Oil
style-oil-words = Thick brushwork in warm light.
style-pencil-title = Pencil
style-pencil-words = Graphite on paper, fine hatching.
style-photo-title = Photo
style-photo-words = A plain photo, nothing added.
style-sepia-title = Sepia
style-sepia-words = An old studio photograph in warm brown.
style-watercolour-title = Watercolour
style-watercolour-words = Thin washes with soft edges on white paper.

### The page

page-title = limner
page-tagline = Portraits in chat
page-menu = Your account
page-photos-heading = Photos of one person
page-drop = Drop photos here
page-drop-or = or
page-pick = Choose photos
page-camera = Take a photo
page-drop-hint = JPEG, PNG, HEIC or WebP, up to 20 MB each
page-photo-sending = Sending
page-photo-checking = Checking
page-photo-accepted = Good
page-photo-refused = Not usable
page-photo-remove = Remove
page-photos-clear = Remove all
page-photos-change = Change photos
page-done = Done
page-styles-heading = Styles
page-template = Paint me into a picture
page-template-waits = The style you choose is painted into your picture.
page-template-drop = Without the picture
page-progress-heading = Progress
page-preview = First sketch
page-stage-prepare = Photos
page-stage-train = Face LoRA
page-stage-render = Portraits
page-cancel = Cancel
page-again = More of the same
page-other-style = Another style
page-new-photos = New photos
page-view = View large
page-download = Download
page-close = Close
page-previous = Previous
page-next = Next
page-quota = Quota
page-forget = Forget me
page-forget-title = Forget me
page-forget-yes = Delete everything
page-forget-no = Keep it
page-receipt-title = Receipt
page-start-again = Start again
page-offline = The connection is lost. Trying again.
page-no-script = This page needs JavaScript: it is a chat.

## Telegram

telegram-done = Done
telegram-clear = Remove all
telegram-cancel = Cancel
telegram-again = More of the same
telegram-other-style = Another style
telegram-new-photos = New photos
telegram-full = Full size
telegram-drop = Delete these
telegram-drop-yes = Delete for good
telegram-keep = Keep
telegram-show = Show in the group
telegram-forget-yes = Delete everything
telegram-buy = More portraits
telegram-checking = { $checking ->
    [one] Looking at one photo
   *[other] Looking at { $checking } photos
  }
telegram-refused = { $refused ->
    [one] One photo cannot be used
   *[other] { $refused } photos cannot be used
  }
telegram-next = What shall come next?
telegram-dropped = { $count ->
    [one] The portrait is deleted.
   *[other] The { $count } portraits are deleted.
  }
telegram-kept = Everything stays as it is.
telegram-words = I read photos, commands and buttons. Send me photos of one person, or see what I can do with /help.
telegram-other = I can only use photos. Send them as photos, or as files in JPEG, PNG, HEIC or WebP.
telegram-no-command = I do not know this command. /help names those I know.
telegram-language = Which language shall I write to you in?
telegram-group = I paint portraits from a few selfies. Photos are for a private chat: begin there, and show the portraits here afterwards if you like.
telegram-group-button = Begin in private
telegram-shown = { $name }, style { $style }
telegram-is-shown = The portraits are in the group now.
telegram-buy-ask = How many portraits shall it be? You pay with Telegram Stars, and nothing is charged for a request that fails.
telegram-pack = { $portraits ->
    [one] { $portraits } portrait
   *[other] { $portraits } portraits
  } for { $stars ->
    [one] { $stars } Star
   *[other] { $stars } Stars
  }
telegram-pack-title = { $portraits ->
    [one] { $portraits } portrait
   *[other] { $portraits } portraits
  }
telegram-pack-words = { $portraits ->
    [one] { $portraits } portrait
   *[other] { $portraits } portraits
  } in any style, without an end date.
telegram-pack-gone = This pack is no longer sold. /buy shows those there are.
telegram-paid = Thank you. { $available ->
    [one] You have { $available } portrait now.
   *[other] You have { $available } portraits now.
  }
telegram-paid-unknown = Your payment has arrived, and I could not match it to a pack. Write to whoever runs this bot and name the charge { $charge }: you get your Stars back.
telegram-help = Send me photos of one person, press Done, choose a style, and I paint.
    /new begins with new photos
    /styles shows the styles
    /template paints you into a picture
    /status says where we are
    /cancel stops what is being painted
    /quota says how many portraits you have left, /buy gets more
    /language changes the language
    /privacy, /terms and /paysupport have the small print
    /delete deletes everything of yours
telegram-template = Send a picture in whose place you want to be, with /template as its caption, or answer a picture in this chat with /template. One large face is best. Take only a picture that you may use.
telegram-privacy = Your photos are kept encrypted, used only to train your Face LoRA, and deleted after training. { kept-for } Nobody else can reach them. /delete deletes everything at once, with a receipt; what stands in this chat you delete here yourself. Telegram itself keeps what is sent through it by its own rules.
telegram-terms = Send only photos of yourself, or of a person who agreed to it. Portraits are pictures made by a machine: do not pass them off as photographs. Whoever runs this bot may turn away people who misuse it.
telegram-paysupport = If a payment went wrong or you want your Stars back, write to whoever runs this bot, with the day of the payment and its charge number. Telegram itself does not help with purchases in bots.
telegram-command-new = Begin with new photos
telegram-command-styles = Show the styles
telegram-command-template = Paint me into a picture
telegram-command-status = Where are we?
telegram-command-cancel = Stop what is being painted
telegram-command-quota = How many portraits are left
telegram-command-buy = Get more portraits
telegram-command-language = Change the language
telegram-command-help = What I can do
telegram-command-privacy = What happens to your photos
telegram-command-terms = Terms of use
telegram-command-paysupport = Help with payments
telegram-command-delete = Delete everything of yours
telegram-command-portrait = Portraits from a few selfies
telegram-event-help = An avatar event paints everybody in the group who takes part, in one style. Administrators write:
    /event oil opens one in that style, for a day and up to 50 members
    /event oil 3h 20 sets how long (minutes m, hours h, days d) and how many
    /event oil nogallery shows nobody's portrait here
    /event oil group takes the group's own quota instead of yours
    /event says how it stands, /event end ends it, /event cancel calls it off
    Styles: { $styles }
telegram-event-admins = Only administrators of this group can do that.
telegram-command-event = An avatar event for this group

## Discord

discord-begin = Begin with /{ discord-command-portrait }: choose a style and give me { $least } to { $most } photos of one person, face to the camera, in good light.
discord-form = Photos of one person
discord-form-photos = { $least } to { $most } photos
discord-form-photos-about = Face to the camera, in good light, nobody else in the picture. Different days help.
discord-wait = I am still looking at { $checking ->
    [one] one photo
   *[other] { $checking } photos
  }. One moment, then ask again.
discord-checking = Being looked at: { $checking }
discord-too-few = { $good ->
    [0] None of the photos can be used
    [one] Only { $good } photo can be used
   *[other] Only { $good } photos can be used
  }, and I need { $least }. Add at least { $missing }: I go on by myself then.
discord-without = I go on without these photos:
discord-later = Discord lets me change this message for a quarter of an hour only. I go on painting; /{ discord-command-status } says where we are, and the portraits come when they are done.
discord-choose = Choose a style
discord-add = Add photos
discord-clear = Remove all
discord-cancel = Cancel
discord-again = More of the same
discord-other-style = Another style
discord-new-photos = New photos
discord-avatar = Use as avatar
discord-avatar-nth = Portrait { $n }
discord-avatar-which = Which of them shall it be?
discord-avatar-how = Save this picture, then choose it in Discord under User Settings, Profiles, Change Avatar. A bot cannot do that for you.
discord-full = Full size
discord-full-how = Here are the files as they were painted. Open one, then save it from there.
discord-drop = Delete these
discord-drop-yes = Delete for good
discord-keep = Keep
discord-kept = Everything stays as it is.
discord-forget-yes = Delete everything
discord-dropped = { $count ->
    [one] The portrait is deleted.
   *[other] The { $count } portraits are deleted.
  }
discord-dropped-rest = Messages that only you see here are not mine to delete any more: dismiss them yourself.
discord-copy = Portrait { $n } has { $size } MB, more than Discord takes here. This is a smaller copy.
discord-too-large = Portrait { $n } has { $size } MB, more than Discord takes here. Press Full size in a server that takes larger files (a boosted one), or ask whoever runs this bot for it.
discord-not-yours = This button belongs to somebody else. Begin your own with /{ discord-command-portrait }.
discord-channel-only = In this server I paint in { $channel } only. Ask me there, or in a direct message.
discord-role-only = In this server I paint for { $role } only. Ask an administrator for that role, or ask me in a direct message.
discord-lacks = I would show the portraits to everybody here, but I lack permissions in this channel: { $permissions }. So only you will see them.
discord-lacks-there = In { $channel } I lack permissions: { $permissions }. Give them to me, or the portraits stay private.
discord-permission-view-channel = View Channel
discord-permission-send-messages = Send Messages
discord-permission-send-in-threads = Send Messages in Threads
discord-permission-attach-files = Attach Files
discord-permission-read-history = Read Message History
discord-permission-create-threads = Create Public Threads
discord-permission-manage-threads = Manage Threads
discord-permission-create-events = Create Events
discord-settings-admins = Only those who may manage the server change its settings, and only where I am a member of it.
discord-settings-channel = Where: in { $channel }
discord-settings-anywhere = Where: in every channel
discord-settings-role = For whom: { $role }
discord-settings-everybody = For whom: everybody
discord-settings-public = Portraits: shown to everybody in the channel
discord-settings-private = Portraits: shown to their owner alone
discord-settings-language = Language in the channel: { $language }
discord-settings-own-language = Language in the channel: that of whoever asks
discord-event-mine = My status
discord-event-remove = Remove mine
discord-event-gallery = The gallery of the event
discord-event-photos = Press Add photos and give me at least { $least } of one person: face to the camera, in good light, nobody else in the picture.
discord-event-too-large = This portrait is too large to be shown here.
discord-event-opened = The event is open. I announce it in { $channel } and keep the count there.
discord-event-misses = It would be nicer with these permissions: { $permissions }. Without them the gallery stays unlocked at the end, or the event is not in the server's list.
discord-event-lacks = I cannot hold an event in { $channel }: I lack permissions there: { $permissions }. Give them to me, then ask again.
discord-event-gone = The avatar event “{ $title }” is given up: its channel is gone, or I am not let in any more. What had not begun is not painted or charged.
discord-event-lost = The avatar event “{ $title }” is given up: I lack permissions in its channel: { $permissions }. Give them to me and open it again. What had not begun is not painted or charged.
discord-event-duration = Say how long as 30m, 3h or 2d: from 10 minutes to 14 days.
discord-event-hosts = Only those who may manage events or the server hold avatar events, and only where I am a member of it.
discord-language = Which language shall I write to you in?
discord-privacy = Your photos are kept encrypted, used only to train your Face LoRA, and deleted after training. { kept-for } Nobody else can reach them. I read no messages: only what you give me with a command or a form. /{ discord-command-delete } deletes everything at once, with a receipt. Discord itself keeps what is sent through it by its own rules.

# The names of commands and options are what the bot looks for: in this file they are not to be changed. In the others
# they are lower case, without blanks.
discord-command-portrait = portrait
discord-command-styles = styles
discord-command-status = status
discord-command-cancel = cancel
discord-command-quota = quota
discord-command-language = language
discord-command-privacy = privacy
discord-command-settings = settings
discord-command-event = event
discord-command-delete = delete
discord-about-portrait = Portraits of you from a few selfies
discord-about-styles = Show the styles
discord-about-status = Where are we?
discord-about-cancel = Stop what is being painted
discord-about-quota = How many portraits are left
discord-about-language = Change the language
discord-about-privacy = What happens to your photos
discord-about-settings = Where, for whom and how I paint in this server
discord-about-event = Avatar events: everybody who takes part is painted in one style
discord-about-delete = Delete everything of yours
discord-option-style = style
discord-about-style = How they shall look
discord-option-selfie = selfie{ $n }
discord-about-selfie = Photo { $n } of one person; without any I ask for them
discord-option-template = template
discord-about-template = A picture to paint you into, in the place of its largest face
discord-option-channel = channel
discord-about-channel = The only channel to paint in
discord-option-role = role
discord-about-role = Who may ask for portraits (@everyone: everybody)
discord-option-public = public
discord-about-public = Whether everybody in the channel sees the portraits
discord-option-language = language
discord-about-server-language = The language that I write to the channel in
discord-option-reset = reset
discord-about-reset = Forget all settings of this server first
discord-event-command-create = create
discord-event-command-status = status
discord-event-command-end = end
discord-event-command-cancel = cancel
discord-event-about-create = Open an avatar event for this server
discord-event-about-status = How the event stands
discord-event-about-end = End the event: nobody joins any more, and the poster comes
discord-event-about-cancel = Call the event off; what has not begun is not charged
discord-option-duration = duration
discord-about-duration = How long people can join, as 30m, 3h or 2d (a day unless you say so)
discord-option-members = members
discord-about-members = How many can take part (50 unless you say so)
discord-option-gallery = gallery
discord-about-gallery = Whether those who wish are shown in a thread (yes unless you say so)
discord-option-payer = payer
discord-about-payer = Whose quota the portraits take (yours unless you say so)
discord-payer-host = my quota
discord-payer-server = the quota of the server
