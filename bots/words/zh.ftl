# Chinese words for people, in simplified characters. The same ids and arguments as in en.ftl; there is one form for
# every number, so that only texts which need another sentence for 0 or 1 choose between forms.

### The conversation

language-name = 中文
language-set = 从现在起我用中文和你交流。

welcome = 你好！我会按你选择的风格，画出像你的肖像。我需要同一个人的几张照片：三张就够，最多能用十张。
welcome-back = 欢迎回来。
consent-title = 开始之前
consent-text = 你的照片只有一个用途：让一个小模型学会你的面孔（也就是你的 Face LoRA），并用它来画你的肖像。照片加密保存，其他人无法查看，训练结束后即被删除。{ kept-for }你可以随时一次删除全部内容。
kept-for = { $days ->
    [0] 你的 Face LoRA 和肖像会一直保留，直到你删除它们。
   *[other] 你的 Face LoRA 和肖像会在 { $days } 天后删除，你也可以随时提前删除。
}
consent-only-yours = 请只发送你本人的照片，或已经同意这样使用的人的照片。
consent-button = 我同意
consent-first = 你同意照片的使用方式之后，我才能接收照片。刚才的照片没有保留：请先同意，然后再发一次。
consent-thanks = 谢谢。现在请发给我同一个人的至少 { $least } 张照片：正对镜头，光线充足，画面里没有别人。不同日子、不同表情的照片效果更好。
consent-old = 上次给你看过之后，文字有了改动。请再读一遍，并重新同意。

photos-ask = 请发给我同一个人的至少 { $least } 张照片：正对镜头，光线充足，画面里没有别人。不同日子、不同表情的照片效果更好。
photos-next-set = 这张照片会放进你的下一组照片：当前任务仍然使用开始时的那些照片。
photos-cleared = 这一组的照片已全部删除。随时可以再发新的。
sitter-ask = 这些照片里的人和之前的不是同一个人。对方同意了吗？
sitter-yes = 是的，已同意
sitter-no = 没有
sitter-gone = 照片已删除。请发送你自己或已同意者的照片。
photos-too-few = { $good ->
    [0] 我还没有一张合格的照片
   *[other] 我有 { $good } 张合格的照片
  }，一共需要 { $least } 张。请再发 { $missing } 张，然后按“完成”。
photos-checking = 还有 { $checking } 张照片正在检查。请稍等片刻，然后再按一次“完成”。
photos-count = 合格照片 { $good } / { $least }
photos-count-enough = { $good } 张合格的照片：可以开始了
photo-unknown = 那张照片已经不在了。
photo-removed = 照片已删除。

styles-ask = 想要哪种风格？
style-unknown = 没有叫“{ $style }”的风格。请从列出的风格中选一个。
style-none-yet = 你还没有选择风格。请从列出的风格中选一个。
template-kept = 图片收到了。请选一个风格，我会把你画到其中最大的那张脸的位置：共 { $count } 张。我会加密保存这张图片，画完就删除；如果改变主意，请取消。
template-photos-first = 请先发你自己的照片：至少 { $least } 张。照片合格后，再发一次这张图片。
template-dropped = 图片已删除。接下来的肖像不再使用它。
template-again = 这些肖像所用的图片已经删除。请再发一次，然后选择风格。

request-accepted = { $style }，{ $count } 张肖像：开始处理。
request-position = { $position ->
    [1] 下一个就是你。
   *[other] 你排在第 { $position } 位。
  }
request-position-unknown = 你正在排队。
request-wait = 大约 { $minutes } 分钟后轮到你。
request-busy = 我还在画。你可以在这里等，稍后再来，或者取消；之后再选择接下来做什么。
too-often = 这超过了我一小时内能从一个人那里接收的数量。请在 { $minutes } 分钟后继续。
commands-too-many = 这里的命令超过了我一小时内能处理的数量。我会在 { $time }（UTC）继续。
request-none = 现在没有正在画的肖像。
request-stopping = 正在停止。不会扣除任何额度。
preview = 第一张草图：我还在学习你的面容。
preview-soon = 肖像随后送到。
preview-wait = 肖像大约 { $minutes } 分钟后送到。
request-made = { $style }：{ $count ->
    [1] 这是你的肖像。
   *[other] 这是你的 { $count } 张肖像。
  }
request-cancelled = 已取消。额度已退回：没有扣除任何额度。
request-failed = 没有成功：{ $reason }没有扣除任何额度。
request-retried = 上次没有成功的请求正在重试，你不需要做任何事。和上次一样会占用 { $count } 张额度；如果失败，额度会退回。

stage-prepare = 正在准备你的照片
stage-train = 正在训练你的 Face LoRA
stage-render = 正在作画
stage-queued = 正在排队
stage-steps = { $done } / { $total }
eta-seconds = 大约还需 { $seconds } 秒
eta-minutes = 大约还需 { $minutes } 分钟

likeness = 相似度 { NUMBER($value, minimumFractionDigits: 2, maximumFractionDigits: 2) }
likeness-close = 非常像
likeness-good = 很像
likeness-fair = 比较像
likeness-far = 不太像
likeness-none = 未测量相似度
likeness-hint = 这张面孔与你的照片有多像，从 0 到 1：数值越高越像，达到 0.40 即视为同一个人。
portrait-alt = { $style }风格的肖像，第 { $n } 张

quota-left = { $available ->
    [0] 你的肖像额度已用完。
   *[other] 你还可以画 { $available } 张肖像。
  }
quota-held = 另有 { $held } 张已为进行中的任务预留。
quota-short = { $available ->
    [0] 你的肖像额度已用完
   *[other] 你还可以画 { $available } 张肖像
  }，而这次需要 { $wanted } 张。没有扣除任何额度。
quota-resets = 你的额度将于 { $when } 重新补满。
quota-ask-operator = 如需更多，请联系这个机器人的管理员。

forget-ask = 这会立即并永久删除你的照片、Face LoRA 和肖像。想保留的肖像请先下载。确定要删除吗？
forget-done = 你的全部内容都已删除。
forget-receipt = 已于 { $when } 删除 { $photos } 张照片、{ $face_loras } 个 Face LoRA 和 { $portraits } 张肖像。
forget-key = 用来加密的密钥也已销毁：备份中可能残留的副本再也无法读取。

not-now-new = 请先阅读并同意上面的说明。
not-now-collecting = 先发照片：请发送同一个人的至少 { $least } 张照片，然后按“完成”。
not-now-choosing = 请选择一种风格，或者再发一些照片。
not-now-waiting = 我还在画。你可以等待，稍后再来，或者取消。
not-now-done = 可以换一种风格，再要几张同样风格的，或者用新照片重新开始。
not-here = 这里没有（或已经没有）这个内容。
went-wrong = 我们这边出了点问题。你之前发送的内容都还在；请过一分钟再试一次。
upload-unreadable = 收到的内容无法读取。请刷新页面，重新选择照片。
web-crowded = 一小时内从你所在的网络来了很多新用户。请在 { $minutes } 分钟后重新加载本页。
web-uploads-crowded = 从你所在的网络正在发送的照片太多。请等它们发送完毕，再重新选择这张。
moment = { DATETIME($date, dateStyle: "long") } { $time }（UTC）

### Why a photo was refused, and what to do

reason-not-an-image = 这个文件不是我能读取的图片。请发送 JPEG、PNG、HEIC 或 WebP 格式的照片。
reason-unsupported-format = 我读不了这种图片。请以 JPEG、PNG、HEIC 或 WebP 格式发送。
reason-truncated = 这张图片的末尾缺失，像是下载中断了。请重新发送原图。
reason-empty = 这个文件是空的。请重新选择照片再发一次。
reason-too-many-pixels = 这张图片的像素太多，我看不了。请缩小后发送，或以不超过 5000 万像素的 JPEG 发送。
reason-too-large = 这个文件超过 { $limit } MB。请发送小一些的副本。
reason-animated = 这是动图。请发送静态照片。
reason-no-face = 我在这里没有找到面孔。请发送面部清晰、正对镜头的照片。
reason-several-faces = 这里不止一张面孔。请发送单人照片，或把其他人裁掉。
reason-face-too-small = 这里的面孔太小。请靠近一些，或把照片裁到头部和肩部。
reason-blurred = 这张照片模糊。请拿稳相机，擦净镜头，再发一张清晰的。
reason-too-dark = 这张照片太暗。请面向窗户或灯光，再拍一张。
reason-too-bright = 这张照片太亮，看不清面孔。请避开强光，再拍一张。
reason-turned-away = 脸转得太偏了。请看向镜头，再拍一张。
reason-too-young = 照片里的人看起来年龄太小，这里不能画。请发送年龄更大、并且同意的人的照片。
reason-another-person = 这似乎和你其他照片里不是同一个人。一组照片只能是一个人：请移除不属于这一组的照片。
reason-duplicate = 这张照片我已经有了。请换一张：不同的日子，不同的表情。
reason-too-many = 一组最多 { $most } 张照片。如果想用这一张，请先移除另一张。
reason-too-many-refused = 这一组已有 { $refused } 张照片没有通过，不能再多了。请移除其中几张，或用“全部移除”重新开始。
reason-expired = Discord 只把文件地址保留一天，这个地址已经失效。请重新发送照片。
reason-too-slow = 检查这张照片用时太久，文件可能已损坏。请截图后发送截图，或换一张照片。
reason-check-failed = 我没能检查这张照片：试了三次都中断了。请换一种格式，或换一张照片。
reason-unknown = 这张照片我用不了。请换一张试试。

### Why a request failed, and what to do

reason-too-few-photos = 可用的照片太少。请发送新的照片，正对镜头，光线充足。
reason-no-memory = 机器内存不足。请过几分钟再试。
reason-unknown-style = 这个风格已经没有了。请选择别的风格。
reason-bad-style = 这个风格已损坏。请选择别的风格，并告知这个机器人的管理员。
reason-unknown-base = 缺少用来作画的模型。请告知这个机器人的管理员，然后再试一次。
reason-bad-lora = 我学到的这张面孔已无法读取。请用新照片重新开始：至少发送 { $least } 张。
reason-blocked = 没有一张肖像通过安全检查。请再试一次，或选择别的风格。
reason-nan = 训练偏离了方向。请再试一次：会从另外的噪声重新开始。
reason-template-unreadable = 模板不是我能读取的图片。请用 JPEG 或 PNG 再发一次。
reason-template-no-face = 模板里没有脸。请发一张有人正对你的图片。
reason-template-too-few-sitters = 模板里的脸比要画的人多。请发一张只有一张脸的图片。
reason-template-too-many-sitters = 模板里的脸太少。请发一张脸更多的图片，每人一张脸。
reason-template-bad-choice = 模板里没有所选的那张脸。请再发一次模板，然后重新选择。
reason-internal = 我们这边出了故障。请再试一次；如果再次发生，请告知这个机器人的管理员。
reason-engine-failed = 作画过程中多次中断。请过几分钟再试一次。

### 头像活动

event-unknown = 我不知道这个活动。
event-closed = 这个活动不再接受新成员。
event-full = 这个活动的 { $most } 个名额已满。
event-welcome = 你受邀参加一个头像活动。
event-left = 你已退出活动。如果你的肖像在画廊里，我会撤下它。
event-not-in = 你没有参加这个活动。
event-pool-empty = 这个活动的肖像额度用完了。请告诉活动的发起人；有了新的额度后，请再试一次。
event-card-title = 头像活动：{ $title }
event-card = { $style }，每位参加者 { $portraits } 张肖像，截止 { $when }。不用你花一分钱。
event-card-ready = 我已经认识你的脸：按一下就行。
event-card-served = 你的肖像已经画好，或正在路上。
event-card-shown = 你最好的一张肖像会展示给群里。
event-card-hidden = 别人看不到你的肖像。
event-make = 画我的
event-show-mine = 展示给群里
event-hide-mine = 不要展示
event-leave = 退出活动
event-join = 参加
event-announcement = 头像活动！每位参加者都会免费得到 { $portraits } 张“{ $style }”风格的肖像。按下按钮，在私聊里发给我几张自拍，并在那里决定是否让群里看到结果。截止 { $when }。
event-counts = { $members ->
    [0] 还没有人参加。
   *[other] 已有 { $members } 人参加。
  }{ $made ->
    [0] 还没有人拿到肖像。
   *[other] { $made } 人已拿到肖像。
  }
event-over = 头像活动结束了。{ $made } 人拿到了肖像。谢谢大家！
event-over-nobody = 头像活动结束了，没有人参加。下次再来！
event-called-off = 头像活动取消了。还没开始画的不会再画，也不收费。
event-shown = { $name }，{ $style } 风格
event-poster = 大家在一起：{ $title }
event-opened = 活动已开始。我会在这里公布并计数。
event-already = 这里有一个还没结束的活动。请先结束它，或取消它。
event-none = 这里目前没有活动。
event-closing = 活动不再接受新成员。最后的肖像画好后，我会挂出海报。
event-cancelled = 活动已取消。还没开始画的不会再画，额度已退回。
event-duration = 活动可以持续 10 分钟到 14 天。
event-members = 活动的人数是 { $least } 到 { $most } 人。
event-pool-short = 活动至少需要 { $needed } 张肖像的额度，现在有 { $available } 张。请先补充额度再开始。
event-pool-for = 目前的额度够 { $members } 人使用。请在人到齐之前补充。

### The styles that come with limner

style-comic-title = 漫画
style-comic-words = 粗犷的轮廓，平涂的色彩。
style-cyberpunk-title = 赛博朋克
style-cyberpunk-words = 霓虹灯光，品红与青色，深沉的阴影。
style-oil-title = 油画
style-oil-words = 厚重的笔触，温暖的光线。
style-pencil-title = 铅笔
style-pencil-words = 纸上石墨，细密的排线。
style-photo-title = 照片
style-photo-words = 一张朴素的照片，不加任何修饰。
style-sepia-title = 棕褐色
style-sepia-words = 暖棕色调的老式影楼照片。
style-watercolour-title = 水彩
style-watercolour-words = 白纸上的薄涂，边缘柔和。

### The page

page-title = limner
page-tagline = 聊天里的肖像
page-menu = 你的账户
page-photos-heading = 同一个人的照片
page-drop = 把照片拖到这里
page-drop-or = 或
page-pick = 选择照片
page-camera = 拍一张
page-drop-hint = JPEG、PNG、HEIC 或 WebP，每张不超过 20 MB
page-photo-sending = 正在发送
page-photo-checking = 正在检查
page-photo-accepted = 合格
page-photo-refused = 不可用
page-photo-remove = 移除
page-photos-clear = 全部移除
page-photos-change = 更换照片
page-done = 完成
page-styles-heading = 风格
page-template = 把我画进一张图片
page-template-waits = 你选择的风格会画进这张图片。
page-template-drop = 不用这张图片
page-progress-heading = 进度
page-preview = 第一张草图
page-stage-prepare = 照片
page-stage-train = Face LoRA
page-stage-render = 肖像
page-cancel = 取消
page-again = 再来几张
page-other-style = 换个风格
page-new-photos = 新照片
page-view = 查看大图
page-download = 下载
page-close = 关闭
page-previous = 上一张
page-next = 下一张
page-quota = 额度
page-forget = 忘记我
page-forget-title = 忘记我
page-forget-yes = 全部删除
page-forget-no = 保留
page-receipt-title = 回执
page-start-again = 重新开始
page-offline = 连接已断开，正在重试。
page-no-script = 这个页面需要 JavaScript：它是一个聊天页面。

## Telegram

telegram-done = 完成
telegram-clear = 全部移除
telegram-cancel = 取消
telegram-again = 再来几张
telegram-other-style = 换个风格
telegram-new-photos = 新照片
telegram-full = 原尺寸
telegram-drop = 删除这些
telegram-drop-yes = 永久删除
telegram-keep = 保留
telegram-show = 在群里展示
telegram-forget-yes = 全部删除
telegram-buy = 更多肖像
telegram-checking = 正在查看 { $checking } 张照片
telegram-refused = 有 { $refused } 张照片不能用
telegram-next = 接下来做什么？
telegram-dropped = 已删除 { $count } 张肖像。
telegram-kept = 一切保持不变。
telegram-words = 我只看照片、命令和按钮。请发来同一个人的照片，或用 /help 看看我会做什么。
telegram-other = 我只能用照片。请以照片形式发送，或以 JPEG、PNG、HEIC、WebP 文件发送。
telegram-no-command = 我不认识这个命令。/help 列出了我认识的命令。
telegram-language = 我该用哪种语言给你写信息？
telegram-group = 我根据几张自拍画肖像。照片请发到私聊：在那里开始，之后如果愿意，可以把肖像展示在这里。
telegram-group-button = 私聊开始
telegram-shown = { $name }，风格：{ $style }
telegram-is-shown = 肖像已经在群里了。
telegram-buy-ask = 要多少张肖像？用 Telegram 星星付款，失败的任务不收费。
telegram-pack = { $portraits } 张肖像，{ $stars } 颗星星
telegram-pack-title = { $portraits } 张肖像
telegram-pack-words = { $portraits } 张肖像，任何风格，没有期限。
telegram-pack-gone = 这个套餐已经不卖了。/buy 会显示现有的套餐。
telegram-paid = 谢谢。你现在有 { $available } 张肖像。
telegram-paid-unknown = 你的付款已经收到，但我无法对应到任何套餐。请联系这个机器人的管理员，并告知付款编号 { $charge }：星星会退还给你。
telegram-help = 发来同一个人的照片，按“完成”，选一个风格，我就开始画。
    /new 用新照片开始
    /styles 显示风格
    /template 把你画进一张图片
    /status 看看进行到哪里
    /cancel 停止正在画的
    /quota 看还剩多少张肖像，/buy 获取更多
    /language 更改语言
    /privacy、/terms 和 /paysupport 是详细说明
    /delete 删除你的一切
telegram-template = 发一张你想置身其中的图片，并用 /template 作为图片说明；或者用 /template 回复这个聊天里的一张图片。最好只有一张大的脸。请只用你有权使用的图片。
telegram-privacy = 你的照片加密保存，只用来训练你的 Face LoRA，训练后即删除。{ kept-for }其他任何人都无法接触。/delete 一次删除全部，并给出回执；聊天里的内容请你自己在这里删除。Telegram 按它自己的规则保存经它发送的内容。
telegram-terms = 只发送你自己的照片，或已经同意的人的照片。肖像是机器生成的图片：不要把它们当作照片冒充。管理员可以拒绝滥用这个机器人的人。
telegram-paysupport = 如果付款出了问题，或者你想退回星星，请联系这个机器人的管理员，并说明付款日期和付款编号。Telegram 本身不处理机器人内的购买。
telegram-command-new = 用新照片开始
telegram-command-styles = 显示风格
telegram-command-template = 把我画进一张图片
telegram-command-status = 进行到哪里了？
telegram-command-cancel = 停止正在画的
telegram-command-quota = 还剩多少张肖像
telegram-command-buy = 获取更多肖像
telegram-command-language = 更改语言
telegram-command-help = 我会做什么
telegram-command-privacy = 你的照片会怎样
telegram-command-terms = 使用条款
telegram-command-paysupport = 付款帮助
telegram-command-delete = 删除你的一切
telegram-command-portrait = 几张自拍变成肖像
telegram-event-help = 头像活动会把群里所有参加的人画成同一种风格。管理员可以发送：
    /event oil 用这种风格开始，持续一天，最多 50 人
    /event oil 3h 20 设定时长（分钟 m、小时 h、天 d）和人数
    /event oil nogallery 不在这里展示任何人的肖像
    /event oil group 使用群的额度而不是你的
    /event 查看进展，/event end 结束，/event cancel 取消
    风格：{ $styles }
telegram-event-admins = 只有本群的管理员可以这样做。
telegram-command-event = 本群的头像活动

## Discord

discord-begin = 请从 /{ discord-command-portrait } 开始：选一个风格，给我同一个人的 { $least } 到 { $most } 张照片，正对镜头，光线充足。
discord-form = 同一个人的照片
discord-form-photos = { $least } 到 { $most } 张照片
discord-form-photos-about = 正对镜头，光线充足，画面里没有别人。不同日子拍的更好。
discord-wait = 我还在看 { $checking } 张照片。请稍等片刻，再问一次。
discord-checking = 正在查看：{ $checking } 张
discord-too-few = { $good ->
    [0] 没有一张照片可用
   *[other] 只有 { $good } 张照片可用
  }，而我需要 { $least } 张。请至少再加 { $missing } 张，之后我会自己继续。
discord-without = 这些照片用不了，我用其余的继续：
discord-later = Discord 只允许我在一刻钟内修改这条消息。我会继续画；/{ discord-command-status } 可以查看进度，画好后我会送来。
discord-choose = 选择风格
discord-add = 添加照片
discord-clear = 全部移除
discord-cancel = 取消
discord-again = 再来几张
discord-other-style = 换个风格
discord-new-photos = 新照片
discord-avatar = 用作头像
discord-avatar-nth = 第 { $n } 张肖像
discord-avatar-which = 要用哪一张？
discord-avatar-how = 请保存这张图片，然后在 Discord 的“用户设置”“个人资料”“更改头像”中选择它。机器人不能替你设置。
discord-full = 原尺寸
discord-full-how = 这是画好时的原文件。请打开后保存。
discord-drop = 删除这些
discord-drop-yes = 永久删除
discord-keep = 保留
discord-kept = 一切保持不变。
discord-forget-yes = 全部删除
discord-dropped = 已删除 { $count } 张肖像。
discord-dropped-rest = 只有你能看到的消息我已无法删除：请自己关闭它们。
discord-copy = 第 { $n } 张肖像有 { $size } MB，超过 Discord 此处的上限。这是一份较小的副本。
discord-too-large = 第 { $n } 张肖像有 { $size } MB，超过 Discord 此处的上限。请在允许更大文件的（已加速的）服务器里按“原尺寸”，或向机器人的运营者索取。
discord-not-yours = 这个按钮属于别人。请用 /{ discord-command-portrait } 开始你自己的。
discord-channel-only = 在这个服务器里我只在 { $channel } 画画。请到那里找我，或给我发私信。
discord-role-only = 在这个服务器里我只为 { $role } 画画。请向管理员申请该身份组，或给我发私信。
discord-lacks = 我本想把肖像展示给这里的所有人，但我在此频道缺少权限：{ $permissions }。因此只有你能看到。
discord-lacks-there = 在 { $channel } 我缺少权限：{ $permissions }。请授予我，否则肖像只对本人可见。
discord-permission-view-channel = 查看频道
discord-permission-send-messages = 发送消息
discord-permission-send-in-threads = 在子区内发送消息
discord-permission-attach-files = 添加附件
discord-permission-read-history = 阅读消息历史记录
discord-permission-create-threads = 创建公共子区
discord-permission-manage-threads = 管理子区
discord-permission-create-events = 创建活动
discord-settings-admins = 只有能管理服务器的人可以更改设置，并且我必须是该服务器的成员。
discord-settings-channel = 地点：{ $channel }
discord-settings-anywhere = 地点：所有频道
discord-settings-role = 对象：{ $role }
discord-settings-everybody = 对象：所有人
discord-settings-public = 肖像：展示给频道里的所有人
discord-settings-private = 肖像：只有本人可见
discord-settings-language = 频道语言：{ $language }
discord-settings-own-language = 频道语言：提问者的语言
discord-event-mine = 我的状态
discord-event-remove = 撤下我的
discord-event-gallery = 活动的画廊
discord-event-photos = 按“添加照片”，给我同一个人的至少 { $least } 张照片：正对镜头，光线充足，画面里没有别人。
discord-event-too-large = 这张肖像太大，无法在这里展示。
discord-event-opened = 活动已开始。我会在 { $channel } 公布并在那里计数。
discord-event-misses = 如果有这些权限会更好：{ $permissions }。没有它们，画廊最后不会锁定，或者活动不会出现在服务器的活动列表里。
discord-event-lacks = 我无法在 { $channel } 举办活动，因为我在那里缺少权限：{ $permissions }。请授予我，然后再试一次。
discord-event-gone = 头像活动“{ $title }”已中止：它的频道不见了，或者我不能再进入。还没开始画的不会再画，也不收费。
discord-event-lost = 头像活动“{ $title }”已中止：我在它的频道缺少权限：{ $permissions }。请授予我并重新开始。还没开始画的不会再画，也不收费。
discord-event-duration = 请这样写时长：30m、3h 或 2d，从 10 分钟到 14 天。
discord-event-hosts = 只有能管理活动或服务器的人可以举办头像活动，并且我必须是该服务器的成员。
discord-language = 我该用哪种语言和你说话？
discord-privacy = 你的照片加密保存，只用来训练你的 Face LoRA，训练后即删除。{ kept-for }其他任何人都无法接触。我不读取消息：只看你用命令或表单给我的内容。/{ discord-command-delete } 一次删除全部，并给出回执。Discord 按它自己的规则保存经它发送的内容。

discord-command-portrait = 肖像
discord-command-styles = 风格
discord-command-status = 状态
discord-command-cancel = 取消
discord-command-quota = 配额
discord-command-language = 语言
discord-command-privacy = 隐私
discord-command-settings = 设置
discord-command-event = 活动
discord-command-delete = 删除
discord-about-portrait = 几张自拍变成你的肖像
discord-about-styles = 显示风格
discord-about-status = 进行到哪里了？
discord-about-cancel = 停止正在画的
discord-about-quota = 还剩多少张肖像
discord-about-language = 更改语言
discord-about-privacy = 你的照片会怎样
discord-about-settings = 我在此服务器的何处、为谁、如何画
discord-about-event = 头像活动：用同一种风格画每位参加者
discord-about-delete = 删除你的一切
discord-option-style = 风格
discord-about-style = 它们应该是什么样子
discord-option-selfie = 自拍{ $n }
discord-about-selfie = 同一个人的第 { $n } 张照片；不给的话我会再问
discord-option-template = 模板
discord-about-template = 把你画进这张图片，放在最大的那张脸的位置
discord-option-channel = 频道
discord-about-channel = 只在这个频道画
discord-option-role = 身份组
discord-about-role = 谁可以要肖像（@everyone 表示所有人）
discord-option-public = 公开
discord-about-public = 频道里的所有人是否能看到肖像
discord-option-language = 语言
discord-about-server-language = 我在频道里使用的语言
discord-option-reset = 重置
discord-about-reset = 先清除此服务器的所有设置
discord-event-command-create = 创建
discord-event-command-status = 状态
discord-event-command-end = 结束
discord-event-command-cancel = 取消
discord-event-about-create = 为此服务器开始一个头像活动
discord-event-about-status = 活动进行得怎样
discord-event-about-end = 结束活动：不再接受新成员，随后挂出海报
discord-event-about-cancel = 取消活动；还没开始的不收费
discord-option-duration = 时长
discord-about-duration = 可以参加多久，如 30m、3h 或 2d（默认一天）
discord-option-members = 人数
discord-about-members = 最多多少人参加（默认 50）
discord-option-gallery = 画廊
discord-about-gallery = 是否在子区展示愿意公开的人（默认是）
discord-option-payer = 付费者
discord-about-payer = 使用谁的额度（默认是你的）
discord-payer-host = 我的额度
discord-payer-server = 服务器的额度
