"""Which East Asian encoding bytes are in, by how common the characters are that they give.

The encodings of Chinese, Korean and Japanese share nearly all byte pairs, so that a table with
a few Chinese words decodes as Korean just as well. What differs is whether the result is made of
characters that people use: a handful of common ones decides where statistics of a language need
a page of text.
"""

from __future__ import annotations

_SIMPLIFIED = """
的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里
用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日
者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见
被利什二等产或新己制身果加西月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真
论处走义各入几口认条平系气题活更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直
资命山金指克许统区保至形社便空决治展马科司五基书非则听白却界达光放强即像难权思完设式色路记南品住告类
求据程北边死该交规万取拉格望觉术领共确传师观清今切院让识候带导争运龄收否流失积价楼层姓户客额率单号码
编销售温湿压速级职婚姻贷款违约欠费订购买商店铺省县镇街室厅卫车型油耗病症药诊断疗血糖脂热男风险余存
房租库货供应链质检验缺陷满意评分投诉欺诈异常贸易股票利润成本折扣促销渠道城乡雨雪云空气污染浓肿瘤
良恶康患者岁周季天时秒元千百米克吨公斤个件次台套箱备注说明状态结果标签等级学历专业毕业薪资离职考试班
""".replace("\n", "")
_TRADITIONAL = """
的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡
用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日
者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應向頭文體政美相見
被利等產或新己制身果加西月話合回特代內信表化老給世位次度門任常先海通教原東聲提立及比員解水名真論處走
各入幾口認條平系氣題活更別打女變四總何電數安少報結反受目太量再感建務做接必場件計管期市直資金指許統區
保至社便空決治展馬科司五基書非則界達光放強難權設式色路記南品住告類求據程北邊該交規萬取格術領共確傳師
齡收否流失積價樓層姓戶客額率單號碼編銷售溫濕壓速級職婚姻貸款違約欠費訂購買商店鋪省縣鎮街車型油病症藥
診斷療血糖男風險餘存房租庫貨質檢驗滿評投訴異常股票潤折扣歲週季秒元千百備註狀態結果標籤等學歷專薪離考試
""".replace("\n", "")
_KOREAN = """
이다는에가을의로한고은하지도를기사서인어자시리아나스해그라일정보대전수성제부상원주과있만여구조동세장소연
공비안계관학교무들국경문등신년월남명번호름별역금액격량매출객품날짜총평균합율률점간재집택차유형태코드값
결처판내외용중적생식업종분류설치방법단위건물면층온습속력가족혼입직급환병약검진료
""".replace("\n", "")
_JAPANESE = """
年齢性別売上価格日付顧客商品数量名前住所県市区電話番号会員金額合計平均円個率店舗注文仕入在庫担当部署社
月時分秒人件台温度湿面積階部屋駅徒歩築家賃管理費職業給与退評価結果状態種類体重身長血圧病院診断
""".replace("\n", "")
_KANA = range(0x3041, 0x3100)

_COMMON = {
    "gb18030": frozenset(_SIMPLIFIED),
    "big5": frozenset(_TRADITIONAL),
    "cp949": frozenset(_KOREAN),
    "cp932": frozenset(_JAPANESE),
    "euc_jp": frozenset(_JAPANESE),
}
LEAST = 0.5
"""Share of common characters that a text in the right encoding has at least."""
_SAMPLE = 20_000


def by_common_characters(data: bytes) -> str | None:
    """Return the encoding in which most characters beyond ASCII are common ones.

    Args:
        data: Text in an unknown encoding; lines with characters beyond ASCII are enough.

    Returns:
        The name of the encoding, or None where no encoding gives common characters.
    """
    shares = {name: _share(data, name) for name in _COMMON}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= LEAST else None


def _share(data: bytes, encoding: str) -> float:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    told = [c for c in text[:_SAMPLE] if ord(c) > 127]
    common = _COMMON[encoding]
    kana = encoding in ("cp932", "euc_jp")
    return sum(c in common or (kana and ord(c) in _KANA) for c in told) / max(1, len(told))
