"""Domains at which anybody can have an address: they say nothing about whose person writes."""

FREE_MAIL = frozenset(
    """
    126.com 163.com aol.com bluewin.ch btinternet.com comcast.net fastmail.com foxmail.com free.fr freenet.de gmail.com
    gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.be hotmail.co.uk hotmail.com hotmail.de
    hotmail.es hotmail.fr hotmail.it icloud.com laposte.net libero.it live.be live.co.uk live.com live.fr live.nl
    mac.com mail.com mail.ru me.com msn.com naver.com online.de orange.fr outlook.be outlook.com outlook.de outlook.es
    outlook.fr outlook.it posteo.de proton.me protonmail.com qq.com rediffmail.com rocketmail.com sfr.fr skynet.be
    t-online.de telenet.be tutanota.com verizon.net wanadoo.fr web.de yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
    yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com
    """.split()
)
