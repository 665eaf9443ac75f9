"""What people call the things that tables record: one line per concept, in English and Chinese.

General on purpose: no word is here because of one data set. `lexicon` turns these lines into
look-ups.
"""

from __future__ import annotations

# concept | what values it has | English words, `_` joins phrases | Chinese words
CONCEPTS = """
churn|yesno|churn churned churner attrition exit exited stop stops stopped stop_using leave \
    leaver leaves leaving left quit \
    quits quitting cancel cancelled canceled cancels cancellation unsubscribe unsubscribed resign \
    resigned resignation turnover lapse lapsed defect walk_away \
    back_out backing_out backs_out call_off called_off|流失 离职 离开 退订 取消 辞职 \
    离网 注销 跳槽 退保 解约
survival||survive survived survival survivor survivors alive die died death dead dies made_it \
    mortality deceased perish perished|生还 存活 幸存 生存 死亡 遇难 活下来 获救
credit_default|yesno|default defaulted defaults defaulter delinquent delinquency repay repaid \
    repayment pay_back arrears nonpayment charged_off bad bad_credit credit_risk good_bad \
    bankrupt overdue bankruptcy insolvent creditworthy creditworthiness \
    insolvency|违约 逾期 坏账 还款 还不上 信用风险 信贷风险 好坏 破产 信用好坏 失信
fraud|yesno|fraud frauds fraudulent fraudster scam scams cheat cheating fake forged \
    counterfeit phishing|欺诈 诈骗 作弊 盗刷 造假 伪造 假冒 骗保
spam|yesno|spam junk ham unsolicited|垃圾短信 垃圾邮件 垃圾信息 垃圾 骚扰
disease|yesno|disease diseased sick ill illness diagnosis diagnose diagnosed disorder \
    syndrome infected infection affected unhealthy patient_status|疾病 患病 得病 生病 诊断 确诊 \
    病症 感染 发病 患有
cancer|yesno|cancer cancerous malignant malignancy benign tumour tumor carcinoma|癌症 癌 恶性 \
    良性 肿瘤 乳腺癌
diabetes|yesno|diabetes diabetic|糖尿病
heart_disease|yesno|heart_disease cardiac coronary cardiovascular heart_attack heart_failure \
    cardio|心脏病 冠心病 心血管 心衰 心梗
stroke|yesno|stroke strokes|中风 卒中 脑卒中
approval|yesno|approve approved approves approval granted grant accepted accept acceptance \
    eligible \
    eligibility reject rejected rejection loan_status|批准 批下来 批下 通过审批 审批 获批 放款 \
    核准 拒贷 审核
subscription|yesno|subscribe subscribed subscribes subscription subscriber deposit \
    term_deposit sign_up signup enroll enrolled enrolment|订阅 认购 存款 定期存款 开户 办理
purchase|yesno|purchase purchased purchases buy buys bought buying buyer order_placed convert \
    converted conversion transact|购买 消费 下单 转化 成交 买
click|yesno|click clicked clicks ctr clickthrough|点击 点击率
response|yesno|respond responded response responder react reaction|响应 回应 反馈
pass|yesno|pass passed passes passing fail failed fails failure succeed success \
    successful reach_goal reaches_goal meet_goal funded get_funded reach_target|\
    通过 及格 挂科 不及格 失败 成功 合格 故障 失效 达标 达成
admission|yesno|admit admitted admission admissions|录取 入学 录用 入院
readmission|yesno|readmit readmitted readmission|再入院 再次入院
win|yesno|win wins won winner winning lose loses lost defeat|获胜 胜负 赢 输赢 胜率
hire|yesno|hired hire promoted promotion|录用 晋升 升职
late||delay delayed delays late lateness tardy overdue arrdelay depdelay on_time|延误 晚点 \
    延迟 迟到 误点 准时 按时 及时
noshow|yesno|no_show noshow show_up absent absence|缺席 爽约 未到
claim||claim claimed claims accident accidents crash crashed|理赔 出险 事故 索赔
toxic|yesno|toxic toxicity poisonous edible edibility poison|有毒 毒性 可食用
sentiment|class|sentiment polarity opinion mood emotion|情感 情绪 态度
rain||rain raining rained rainfall precipitation|下雨 降雨 降水 雨量
price|amount|price cost costs expensive cheap sell sells sell_for selling_price price_tag costly \
    prices priced pricing value valued values worth valuation appraisal|价格 价值 \
    房价 售价 单价 总价 \
    报价 成交价 定价 值多少钱 多少钱 估值 身价 均价 估价 价钱 房屋价格 车价
fare|amount|fare fares|车费 票价 运费 打车费 船票 费率
tip|amount|tip tips gratuity|小费
cost|amount|cost costs charge charges charged charging expense expenses expenditure bill \
    bills billed fee fees spend spends spent spending|费用 成本 花费 开销 账单 \
    收费 支出 消费 消费额 医疗费用 医疗费 花多少钱 要花多少钱 得花多少钱
income|amount|income incomes salary salaries wage wages earn earns earning earnings earner \
    pay paid compensation|收入 工资 薪资 薪水 年薪 月薪 挣 赚 薪酬 月收入 年收入
sales|amount|sales sale_volume units_sold sold volume units|销量 销售量 卖出 售出 出货量
revenue|amount|revenue revenues sales turnover proceeds receipts gross|销售额 营收 营业额 \
    收入额 流水 业绩
profit|amount|profit profits profitability margin return_rate|利润 盈利 毛利
demand|amount|demand rental rentals rented hired ridership count cnt usage_count orders \
    visitors|需求 需求量 租车数量 租借 租赁量 订单量 租车量 骑行量
count|amount|count cnt number how_many quantity qty|数量 个数 次数 人数 总数 总量 多少个 计数
quality|class|quality qual|质量 品质
rating|class|rating ratings rated score scores stars review_score points|评分 多少分 几分 打几分 \
    打分 得分 分数 星级 几颗星 几星 多少星 多少颗星
grade|class|grade grades graded gpa exam marks mark final_grade g3|成绩 等级 年级 分级 绩点
satisfaction|class|satisfaction satisfied happy happiness content nps|满意度 满意 幸福
species|class|species kind type types class classes variety varieties breed category genus \
    strain sort|种类 类型 类别 品种 物种 种属 分类 哪种 哪一类 哪类
age|amount|age ages old how_old years_old rings|年龄 岁数 年纪 多大 多少岁 寿命
energy|amount|energy consumption electricity power load usage kwh demand|能耗 用电 电量 耗电 能源 \
    负荷 用电量 功耗
fuel_use|amount|mpg fuel_consumption fuel_economy fuel_efficiency gas_mileage|油耗 燃油
temperature|amount|temperature temp degrees|温度 气温
humidity|amount|humidity hum moisture|湿度
pollution|amount|pollution pm pollutant aqi air_quality smog|污染 空气质量 雾霾
emission|amount|emission emissions co2 carbon|排放 碳排放
strength|amount|strength hardness force|强度 抗压 硬度
weight|amount|weight weigh weighs mass heavy how_heavy|重量 体重 多重 质量重
height|amount|height tall stature how_tall|身高 高度
size|amount|size area sqft acreage square|面积 大小 尺寸 多大
distance|amount|distance dist how_far|距离 里程数
mileage|amount|mileage odometer km_driven|里程 行驶里程
duration|amount|duration how_long length_of_stay los trip_duration travel_time waiting_time \
    wait_time|时效 周期 几天 多少天 时长 持续时间 耗时 住院天数 多长时间 多久
speed|amount|speed velocity|速度 车速
lifetime|amount|lifetime lifespan rul remaining_useful_life life_expectancy \
    longevity live lives lived|活多久 寿命多长 剩余寿命 预期寿命 寿命
yield|amount|yield output production harvest|产量 亩产 单产 收成 良率
traffic|amount|traffic flow congestion pageviews views|流量 车流 访问量 播放量 阅读量
glucose|amount|glucose blood_sugar sugar_level|血糖
pressure|amount|blood_pressure bp bloodpressure|血压
cholesterol|amount|cholesterol chol|胆固醇
body_mass|amount|bmi body_mass_index|体质指数 身体质量指数
gender|class|gender sex female male|性别
marital|class|marital married marriage spouse|婚姻 婚姻状况 婚否 结婚
occupation|class|occupation occupations job jobs profession jobrole role|职业 岗位 职位 工种
education|class|education schooling degree|教育 学历 教育程度 受教育程度
race|class|race ethnicity ethnic|种族 民族
nationality|class|nationality country native_country|国籍 国家
region|class|region regions|地区 区域 大区
city|class|city town|城市
zip|class|zip zipcode postcode postal_code zip_code postal|邮编 邮政编码
address|class|address street|地址 街道
name||name names surname|姓名 名字 名称
identifier||id ids identifier identifiers uid uuid|编号 标识 序号 主键
date||date day timestamp datetime|日期 时间戳
phone||phone telephone|电话 手机号 手机
customer||customer customers client clients subscriber user users consumer guest buyer \
    member|客户 顾客 用户 会员 消费者
patient||patient patients subject subjects|患者 病人 受试者
employee||employee employees staff worker workers|员工 雇员 职员
student||student students pupil|学生
store||store stores shop shops branch|门店 店铺 商店 店
product||product products item items sku goods|商品 产品 货品
machine||machine machines device devices equipment unit_id engine|设备 机器 机台 机组
household||household households family families|家庭 户
department|class|department dept division|部门 科室
company||company companies firm employer|公司 企业
driver||driver drivers|司机
vehicle||vehicle car cars automobile|车辆 汽车
card||card cards|卡号 银行卡 信用卡
account||account accounts|账户 账号
smoker|yesno|smoker smoke smokes smoking|吸烟 抽烟
weather|class|weather|天气
season|class|season|季节
color|class|color colour|颜色
latitude||latitude lat|纬度
longitude||longitude lon lng|经度
rooms||rooms room|房间 房间数
bedrooms||bedrooms bedroom|卧室 卧室数
bathrooms||bathrooms bathroom|卫生间 浴室
population||population|人口
tenure||tenure|在网时长 入网时长 司龄
contract||contract|合同 合约
payment_method||payment paymentmethod payment_type|支付方式 付款方式 支付
cabin||cabin|船舱 客舱
ticket||ticket|票号 船票
embarked||embarked port|登船港口 港口
travel_class||pclass travel_class cabin_class passenger_class ticket_class|\
    舱位 舱等 客舱等级 舱位等级
purpose||purpose|用途 目的
savings||savings|储蓄
housing||housing|住房
amount||amount amounts|金额 数额
hours||hours working_hours hours_per_week|工时 工作时长 工作时间
alcohol||alcohol|酒精 酒精度
density||density|密度
sugar||sugar residual_sugar|糖分 残糖
tolls||tolls toll|过路费 通行费
pickup||pickup|上车 上车时间
dropoff||dropoff|下车 下车时间
passengers||passengers passenger_count|乘客数 乘客人数
merchant||merchant|商户 商家
country||country|国家
month||month|月份
weekday||weekday day_of_week|星期 工作日
holiday|yesno|holiday|节假日 假日
experience||experience|经验 工龄
insurance||insurance|保险
children||children kids dependents|孩子 子女
language||language|语言
brand||brand manufacturer make|品牌 厂商 厂家
horsepower||horsepower hp|马力
engine||engine|发动机
cylinders||cylinders|气缸
origin||origin|产地 来源
island||island|岛屿
width||width|宽度
length||length|长度
depth||depth|深度
"""

# (one, other): may stand for one another when nothing nearer is in the table
NEAR = """
cost premium|price asking_price|price list_price_home
fare premium|price fare|price cost|price rent|cost rent|fare cost|cost tip
sales revenue|sales demand|sales count|demand count
quality rating|rating grade|quality grade|disease cancer|disease heart_disease|disease diabetes
disease stroke|approval credit_default|subscription purchase|purchase response|purchase \
    revenue|purchase sales|purchase spend_amount|click response
subscription response|species quality|income revenue|satisfaction rating|late duration
energy traffic|survival disease|distance mileage|size weight|profit revenue|fraud claim
lifetime age|pass grade|city region|address region|admission approval|hire approval|company employee
killed_count casualty_count|injured_count casualty_count
"""
