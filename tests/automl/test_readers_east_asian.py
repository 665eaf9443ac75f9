"""A few words of Chinese, Korean or Japanese are enough to tell their encoding."""

from __future__ import annotations

import pytest

from autoglm_agent.automl.data.readers.text import to_utf8


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "面积,房价,楼层\n125.7,327.1,26\n"),
        ("gb18030", "工号,性别,部门,离职\n1,男,研发,否\n"),
        ("gb18030", "城市,温度\n北京,3\n"),
        ("big5", "年齡,收入,是否流失\n23,7,是\n"),
        ("big5", "城市,溫度\n台北,3\n"),
        ("cp949", "이름,나이,성별,구매여부\n김철수,23,남,예\n"),
        ("cp949", "지역,매출액,날짜\n서울,3,1\n"),
        ("cp932", "名前,年齢,性別,購入\n田中,23,男,はい\n"),
        ("euc_jp", "名前,年齢,性別,購入\n田中,23,男,はい\n"),
        ("cp1252", "name;größe;straße\nMüller;3;é\n"),
        ("cp1252", "prénom,âge\nZoë,3\nÉlodie,4\n"),
    ],
)
def test_few_words_tell_their_encoding(encoding: str, text: str) -> None:
    for times in (1, 40):
        read, repairs = to_utf8((text * times).encode(encoding), "table.csv")
        assert read.decode() == text * times
        assert encoding.upper() in repairs[0]
