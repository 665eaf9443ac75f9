"""Everyday ways to say what columns are called: a *heart condition* is a heart disease.

Each line holds the word or phrase that names of columns use, then English phrases of at most three
words (articles aside) and Chinese words that mean the same. `lexicon` gives them its meaning.
"""

from __future__ import annotations

EVERYDAY = """
sales|sell for in total|卖了多少钱 卖出多少钱 卖了多少 销售了多少
heart disease|heart condition, heart trouble, heart problem, heart problems, bad heart|心脏问题 \
    心脏毛病
marital status|been married, got married, wed, tied the knot, in wedlock|结过婚 结婚没有 \
    有没有结婚 成家
work type|kind of job, job kind, sort of job, type of job, line of work, do for a living, kind \
    of work, type of work, work for|什么工作 做什么工作 工作性质 工作类型
occupation|job title, do for a living, line of work|从事什么职业 干什么的 做什么的
installment|monthly payment, pay each month, pay every month, monthly instalment, \
    instalment|月供 每月还款 每个月还 每月要还 每个月要还 每月还多少 每月要还多少 \
    每个月要还多少
total charges|altogether cost, cost altogether, cost in total, bill in total, total bill, whole \
    bill|一共花多少钱 总共花多少钱 总花费
department|which ward|哪个科 哪科 什么科 哪个科室 哪个部门
mpaa rating|content rating, age rating, rated for|分级 电影分级 影片分级
return visit|follow up visit, come back for, follow up|复诊 回诊
process temperature|processing temperature, temperature of the process|加工温度 工艺温度
visibility|far can see, can you see, see how far|看多远 能看多远
runtime|long is the film, length of film, movie length, film length, long is movie|片长 \
    电影时长 多长的电影
gross|box office, take at the box, earn in cinemas, make in cinemas, takings|票房 票房收入
budget|cost to make, cost to produce, cost to shoot, production cost, production \
    budget|制作成本 拍摄成本 投资额
user score|imdb score, imdb rating, viewers think, viewer rating, audience score|影评分 \
    观众评分 观众打分
popularity|how popular, well known, well liked, big hit|受欢迎程度 热度 人气 火不火
explicit|swear words, bad language, foul language, strong language, dirty words|脏话 粗口 不雅
tempo|beats per minute, fast is song|节拍 节奏 曲速
danceability|good for dancing|适合跳舞 舞曲性
loudness|how loud|响度 多响
duration|running time, play time, long is track, length of song, length of track|时长 播放时长
salary|take home pay, gets paid, make a year, make a month, earn a year, be paid, monthly pay, \
    yearly pay|工资多少 挣多少钱 赚多少钱 拿多少钱 待遇
annual income|yearly income, make per year, earn per year|年薪 年收入 一年挣多少
monthly income|earn per month, make per month, monthly pay|月薪 月收入 每月收入 一个月挣多少
overtime|work overtime, extra hours, work late, stay late, long hours|加班 超时工作
attrition|hand in notice, leave the company, quit the job, quit job, resign, walk out, leave \
    the firm, look elsewhere|离职 走人 跳槽 辞职
promotion|move up, get promoted, climb the ladder|升职 晋升 提拔
job satisfaction|happy at work, like their job, like the job, happy in job|工作满意度 \
    对工作满不满意
work life balance|balance of work|工作生活平衡
distance from home|live from work, way to work, far from work|离家距离 上班距离 通勤距离
business travel|travel for work, go on business, business trips, travels for work|出差 出差频率
years at company|been with company, with the company, time with company, worked here, long with \
    us|司龄 工龄 在职年限 干了几年
training hours|hours of training|培训时长 培训小时
churn|jump ship, switch provider, go to competitor, say goodbye, drop us, walk away, stop \
    using, leave for competitor|流失 弃用 转网 不续约 跑掉
monthly charges|monthly bill, pay per month, bill each month, pay a month|月费 月账单 每月话费 \
    月租
contract|kind of contract, contract type|合同类型 签的什么合同
payment method|way of paying, way to pay, pays with, pay by, pay with, how pays|怎么付款 \
    付款方式 支付方式 怎么支付 怎么付钱 怎么付
churn reason|reason for leaving, why leave|流失原因 离开原因
default|fail to pay, fall behind, go bad, stop paying, miss payments, not repay, unable to pay, \
    fail to repay, behind on payments|还不上 还不起 不还钱 赖账 拖欠 坏账
loan amount|borrow, amount borrowed, sum borrowed, size of loan, big is loan, borrowed \
    sum|贷款金额 借款金额 借多少钱 贷多少 借多少 借了多少钱 借了多少 贷了多少钱
loan term|months to repay, term of loan, length of loan, run of loan|贷款期限 借款期限 还款期限 \
    贷多久
interest rate|rate of interest, rate charged|利率 利息 年利率
purpose|loan for, money for, used for, borrow for, needed for|用途 干什么用 做什么用 贷款用途
credit score|creditworthiness, credit rating|信用分 信用评分 信用得分
home ownership|own or rent, owns home, own house, own home, live in own|有没有房 住房情况 \
    房屋产权 自有住房
approved|get the loan, get a loan, say yes to, application accepted, accept application, loan \
    granted|批不批 能不能批 能批下来 获批 通过申请
fraud|fake transaction, stolen card, bogus, not genuine, illegitimate, dodgy|盗刷 假交易 \
    欺诈交易 诈骗 可疑交易
transaction amount|spent on card, size of transaction, big is transaction|交易金额 刷了多少钱 \
    消费金额 交易额
category|kind of purchase, kind of shop, what is bought|消费类别 买的什么类
returned|send it back, sent back, sends back, bring back, send back, brought back, money \
    back|退回 退货 寄回 退掉
delivery time|time to deliver, arrive at customer, days to arrive, take to arrive|配送时间 \
    几天到 多久送到 多久能到 送达时间 几天能送到 几天能到
delivery days|days to arrive, days until delivery, take to arrive|配送天数 几天到 几天能送到 \
    几天能到 到货天数
late|miss the deadline, behind schedule, arrive late, come late, not on time, overdue, past \
    due|晚到 迟到 没按时 逾期 超时 误点
shipping cost|postage, freight charge, cost of shipping, cost of delivery, delivery fee|运费 \
    邮费 配送费 快递费
shipping mode|way of shipping, shipped by, goes by, sent by|运输方式 怎么运 配送方式 怎么寄
quantity|pieces ordered, how many pieces, units ordered, items ordered, many units|买几件 \
    买多少件 件数 购买数量
discount|money off, knocked off, price cut, percent off, marked down|折扣 打几折 优惠力度 减价
review score|stars given, star rating, customer rating, customer review|评价星级 打几颗星 好评
rating|stars given, star rating, marks out of|打几分 打多少分 给几分 评几分 评多少分
customer type|kind of customer, type of customer, new or returning|客户类型 新老客户
membership level|loyalty tier, loyalty level, member level|会员等级 会员级别
purchase|end up buying, go on to buy, place an order, check out, make a purchase, buys \
    anything|下单 成交 购买 买不买
click|click on ad, click the ad, tap on|点击 点不点 点开
conversion|sign up, become a customer, turn into customer|转化 成为客户
customer lifetime value|worth to us, worth over time|客户价值 终身价值
basket value|spend per visit, spend per order, order value|客单价 订单金额 一单多少钱
order value|spend per order, worth of order, order total, order worth|订单金额 一单多少钱 \
    订单总额
sales|units sold, get sold, goods sold|卖多少 卖出多少 能卖多少 销售量 卖了多少
revenue|money comes in, take in, takings|营业额 收了多少钱 营收
profit|make money, earn on, money made, left over|赚多少 赚了多少 盈利 挣多少
stock|on hand, in stock, left on shelf|库存 存货 剩多少货
sale price|sell for, go for, bring in a sale, selling price|卖多少钱 售价 能卖多少钱 卖价
rent|pay in rent, let for, rents for, monthly rent, cost to rent|租金 房租 月租金 租多少钱
bedrooms|places to sleep, sleeping rooms|几间卧室 卧室数 几室
rooms|how many rooms|几间房 房间数 几个房间
living area|living space, square feet, square metres, floor space, big is house, big is flat, \
    size of house, size of flat|面积 多少平米 多少平方米 多大面积 建筑面积 居住面积
year built|built in, when built, was built, age of house, put up|哪年建的 建造年份 建成年份 \
    建于
floor|which storey, storey, what floor|第几层 几楼 楼层
property type|kind of home, kind of property, kind of building, house or flat|房屋类型 物业类型
neighborhood|part of town, which area, area of town|哪个区 哪个小区 什么地段 片区
condition|state of repair, shape is in, good shape|状况 成色 好不好
waterfront|by the water, on the water, sea view, lake view|临水 海景
days on market|stay unsold, time to sell, until it sells, on the market, take to sell|多久卖出 \
    几天卖出 挂牌天数
mileage|distance driven, clock up, miles on clock, driven so far, on the clock|跑了多少公里 \
    里程 行驶里程 开了多少公里
fuel type|runs on, kind of fuel, petrol or diesel, diesel or petrol|用什么油 烧什么油 燃料类型 \
    什么燃料
transmission|gear box, gearbox, manual or automatic, automatic or manual|变速箱 手动还是自动 \
    自动还是手动
engine size|big is engine, displacement|排量 发动机排量
horsepower|powerful is engine, how powerful, power of engine|马力 动力 功率多大
fuel economy|miles per gallon, burn per, fuel use|油耗 省不省油 费不费油 百公里油耗
previous owners|owners before, hands before, how many owners|过户次数 几手车 前任车主 转手
body type|shape of car, body style|车身类型 车型
make|maker, car maker, manufacturer, made by|哪个牌子 什么牌子 品牌 哪家生产
brand|maker, made by, which make, manufacturer|哪个牌子 什么牌子 哪个品牌 牌子
accident|been crashed, been in crash, crashed before|出过事故 事故车 撞过
claim amount|cost of claim, size of claim, big is claim|赔付金额 赔多少钱 赔付额 理赔金额 \
    赔多少
claim|make a claim, file a claim, ask for payout|出险 理赔 索赔 报案
premium|cost of policy, pay for insurance, insurance cost, price of insurance|保费 保险费 \
    保费多少
severity|how bad, how serious, how severe, seriousness|严重程度 多严重 伤得多重
injuries|people hurt, got hurt, injured people|受伤人数 伤了几个人 几人受伤
casualties|people hurt, killed or injured, hurt or killed|伤亡人数
flight delay|behind schedule, late is flight|航班延误
departure delay|late leaving, leave late, late to depart, late taking off, take off late|晚起飞 \
    起飞晚 出发晚 起飞延误
arrival delay|late arriving, arrive late, late to land, land late, late landing|晚到 到得晚 \
    晚点到达 到达延误
cancelled|called off, not happen, not operate, scrapped|取消 停飞 停运 被取消
airline|which carrier, fly with, flown by, operating airline|哪家航空公司 航司 承运航空
destination|headed for, bound for|去哪里 去哪 目的地 到哪
origin|coming from, come from, leaves from, departs from|从哪里来 出发地 从哪出发 始发地
fare|cost of ride, price of ride, pay for ride, cost of trip, price of ticket, ticket price, \
    ticket cost|车费 票价 机票价格 打车多少钱
tip|leave for driver, leave for waiter|小费 给多少小费
trip duration|ride take, long is ride, length of trip, long is trip, trip take|行程时长 骑多久 \
    坐多久 路上多久
trip distance|long is the route, length of route|行程距离 路程多远
rented bike count|bikes hired, bikes rented, bikes taken, bikes get rented|租车量 租了多少辆 \
    多少辆车被租
passenger count|people on board, riders on board, how many riders|乘客数 坐了多少人 多少乘客
attendance|turn out, come to watch, people watch, in the stands, crowd size|上座人数 多少人到场 \
    观众人数 到场人数
goals|find the net, times scores|进球数 进几个球 进多少球 进了几个
assists|set up goals|助攻 助攻数
market value|transfer value, worth on market, transfer fee, cost to buy|身价 市场价值 转会费 \
    值多少钱
position|role on pitch, plays as, playing role|踢什么位置 打什么位置 场上位置 司职
preferred foot|kick with, which foot, left footed|惯用脚 哪只脚
finishing position|come in race, final place, where finish|名次 第几名 排第几 最终名次
medal|win a medal, on the podium|奖牌 拿牌 得牌
finish time|time over line, take to finish, take to run|完赛时间 跑多久 成绩时间 多长时间跑完
g3|final grade, final mark, end of year grade|期末成绩 最终成绩 期末分数
final grade|end up with, final mark, grade at end, mark in final|期末成绩 最终成绩 期末分数 \
    考多少分
exam score|mark in exam, points in exam, do in exam, result of exam, score on test|考试成绩 \
    考多少分 考试分数 考几分
passed|get through, make the grade, scrape through|及格 过不过 能不能过 考过
dropout|give up studies, leave school early, quit school, quit studies, drop out|退学 辍学 \
    中途退学
study time|hours spent studying, hours studying, time spent studying, study per week|学习时间 \
    学多久 学习时长
absences|days missed, lessons missed, classes missed, days off, not in class, times \
    absent|缺课次数 缺勤次数 缺几节课 旷课 缺席次数
failures|failed before, classes failed, past failures|挂科次数 挂了几科 不及格次数
internet|access to internet, online at home, web access|能不能上网 上网 网络
romantic|in a relationship, boyfriend or girlfriend, going out with, dating|谈恋爱 恋爱 有对象
higher education|go to university, want to study, go to college, go on to university|想上大学 \
    读大学 深造
school support|extra help, help from school, extra lessons, extra tuition, help at \
    school|学校辅导 额外辅导 课外辅导
paid classes|private tuition, extra paid lessons, paid tuition, private tutor|付费补习班 补习班 \
    付费补习 私教课 课外补习
family size|big is family, many in family, people in household, in the family|家庭人数 \
    家里几口人 几口人
parents together|parents divorced, parents split up, parents separated|父母是否同住 父母离异 \
    父母离婚
length of stay|time in hospital, nights in hospital, days in hospital, days in bed, hospital \
    days, stay in hospital|住院天数 住几天院 住多久院 住院多久 住院时间
readmitted|back in hospital, come back in, land back in, return to hospital, admitted \
    again|再入院 再次住院 重新入院 又住院
died|pass away, not survive, lose life, lose their life|去世 死亡 离世 病死
survived|make it out, stay alive, pull through, get out alive|活下来 生还 存活 幸存
stroke|suffer a stroke, have a stroke, brain attack|中风 卒中 脑梗
diabetes|sugar disease, diabetic|糖尿病 血糖病
hypertension|high blood pressure, raised blood pressure, suffer from hypertension|高血压 血压高
blood pressure|bp reading, pressure of blood|血压 血压值 血压多高
glucose|blood sugar, sugar in blood, sugar level|血糖 血糖水平 血糖多高
cholesterol|blood fat, blood fats|胆固醇 血脂
heart rate|beats per minute, pulse, heart beats, heartbeat|心率 脉搏 心跳 心跳多快
bmi|body mass index, overweight|体质指数 身体质量指数
smoker|light up, on cigarettes, a smoker, smokes|抽烟 吸烟 烟民 抽不抽烟
chest pain|pain in chest, ache in chest, hurts in chest|胸痛 胸口疼
no show|fail to appear, not come, not turn up, stand us up, stay away|爽约 没来 不来 失约
waiting time|time spent waiting, long to wait, wait for doctor, sit waiting|等待时间 等多久 \
    排队多久 候诊时间 等候时间
waiting days|days to wait, days waiting, days ahead booked|等待天数 等几天
sms received|text reminder, text message reminder, get a text, got a text, reminder \
    sent|短信提醒 收到短信
diagnosis|what is wrong, found to have, suffers from, illness found|诊断结果 得了什么病 什么病 \
    患什么病
malignant|cancerous, dangerous tumour|恶性 癌变
pregnancies|times pregnant, been pregnant|怀孕次数 怀过几次
age|old is, years old, what age|几岁 多大年纪 多少岁 年纪
gender|man or woman, male or female, woman or man, boy or girl, female or male|男的还是女的 \
    公的还是母的 是公是母 雌雄 是男是女 男女 男还是女
children|how many kids, kids at home, offspring|几个孩子 有几个孩子 孩子数 几个小孩
education|how educated, schooling, highest degree, level of schooling, went to school|学历 \
    文化程度 上过什么学 读过什么书
native country|born in, country of birth|出生国 哪国人 来自哪个国家
region|part of country, which part|哪个地区 什么地区 来自哪里
temperature|warm is it, hot is it, cold is it, how warm, how cold, how hot|温度 多热 多冷 \
    多少度 几度
humidity|moisture in air, damp, muggy, moist is air|湿度 潮不潮 潮湿程度
wind speed|how windy, hard blows, strength of wind, force of wind|风速 风多大 风力 刮多大风
wind direction|blows from, direction of wind, way wind blows|风向 刮什么风 哪个方向的风
rain|get wet, wet day, need umbrella, be wet, rainy|下雨 会不会下雨 下不下雨
rain tomorrow|rain next day, wet tomorrow|明天下雨 明天会不会下雨
rainfall|millimetres of rain, much rain, amount of rain, rain comes down|降雨量 下多大雨 \
    雨有多大
snowfall|much snow, amount of snow, snow comes down|降雪量 下多大雪
air pressure|barometer, barometric pressure|气压 大气压
air quality|clean is air, bad is air, dirty is air, polluted is air|空气质量 空气好不好 \
    空气质量指数
pm25|fine dust, fine particles, fine particulate matter, particulate matter|细颗粒物 细微颗粒
ozone|o3 level|臭氧 臭氧浓度
carbon monoxide|co level, co concentration|一氧化碳
nitrogen dioxide|no2 level|二氧化氮
sulphur dioxide|so2 level, sulfur dioxide|二氧化硫
energy consumption|power used, energy used, electricity used, power drawn, energy use, use of \
    energy|用电量 耗电量 用多少电 能耗
load|demand for power, demand for electricity, power demand, electricity demand|负荷 用电负荷 \
    电力需求
solar generation|power from sun, power from panels, solar output, output of panels, solar \
    power|光伏发电量 太阳能发电 光伏出力
wind generation|power from wind, output of turbines, wind output, wind power|风力发电量 \
    风电出力 风电
heating load|heat needed, energy to heat, energy for heating|供暖负荷 热负荷 供热需求
cooling load|cooling needed, energy to cool, energy for cooling|制冷负荷 冷负荷
strength|how strong, load before breaking|强度 多结实 抗压强度
failure|break down, breaks down, stop working, go wrong, conk out, pack up, give out|坏掉 \
    出故障 故障 停机 出毛病 坏
failure type|kind of failure, what goes wrong, what breaks, sort of failure|故障类型 什么故障 \
    哪种故障 出什么毛病
tool wear|how worn, worn is tool|刀具磨损 磨损多少 磨损程度
rotational speed|how fast turns, turns per minute, spins, spindle speed|转速 转多快
torque|twisting force, turning force|扭矩 力矩
downtime|time out of action, hours stopped, out of order, out of service, time lost|停机时间 \
    停机时长 停多久
repair hours|hours to repair, hours to fix, time to fix, time to repair, take to fix, take to \
    repair|维修工时 修多久 维修时间 修要多久
repair cost|cost of repair, cost to fix, cost to repair|维修费用 修要多少钱 维修成本
defect|flawed, not good|次品 不良品 有缺陷 不合格 瑕疵
quality|how good, good is it|质量好坏 品质 好不好 质量等级
yield|much harvested, harvest size, produce per, crop size, tonnes harvested|产量 亩产 收成 \
    收多少 打多少粮
soil type|kind of soil, type of ground, what soil|土壤类型 什么土 什么土壤
crop|what is grown, what to plant, which plant, what to grow|种什么 什么作物 适合种什么 \
    种植作物
species|kind of animal, kind of plant, kind of bird, kind of fish, which kind|什么种类 哪个品种 \
    什么物种 哪种
body mass|how heavy, weight of bird, weight of animal|体重 多重
flipper length|long is flipper, length of flipper|鳍长 鳍状肢长度
habitat|where it grows, where it lives, place it lives|栖息地 生长环境
edible|safe to eat, can be eaten, fit to eat, good to eat, ok to eat, eat the mushroom|能不能吃 \
    可食用 能吃吗 有毒吗
spam|junk mail, unwanted mail, rubbish mail|垃圾邮件 垃圾短信 骚扰短信
sentiment|positive or negative, negative or positive, feel about, happy or angry|情感倾向 \
    正面还是负面 褒贬 好评还是差评
language|written in, spoken in|什么语言 用什么语言
likes|thumbs up, liked by|点赞数 多少赞 多少点赞
shares|passed on, forwarded, reposted|转发数 转发量
views|watched, seen by, times watched, times viewed, viewings|播放量 观看次数 看了多少次
subscribers|followers, followed by, fans|粉丝数 订阅数 多少粉丝
priority|how urgent, urgency|优先级 紧急程度 多紧急
resolution time|time to solve, time to resolve, solved in, take to solve, take to \
    close|解决时长 多久解决 处理时长
satisfaction|happy with, how happy, pleased with, content with|满意度 满不满意 满意程度
crime type|kind of crime, what crime, sort of crime|犯罪类型 什么案子
arrest|get caught, be caught, caught by police, taken in|被捕 抓到
household size|people in home, people live in, live in house, live together|家庭人口 几口人 \
    住几个人
population|how many people live, inhabitants, people living|人口 多少人住 住多少人
life expectancy|live to be, people live, years people live|预期寿命 能活多久 活到几岁
gdp per capita|rich is country, wealth per head, wealth per person|人均gdp 人均国内生产总值
lead time|book ahead, in advance, days ahead, far ahead, days before arrival|提前多久预订 \
    提前几天 提前预订天数
adr|average daily rate, price per night, nightly rate, cost per night, nightly price|平均房价 \
    每晚价格 每晚多少钱 一晚多少钱
is canceled|call off booking, cancel booking, booking cancelled, fall through|取消预订 退订
special requests|extra wishes, special wishes|特殊要求 特别要求
meal|board basis, meals booked, breakfast included|餐食 含什么餐 用餐类型
room type|kind of room, sort of room, type of room|房型 什么房间 哪种房间
number of reviews|how many reviews, reviews written|评论数 多少条评论
availability|days free, nights free, free days|可订天数 空闲天数
genre|kind of music, kind of film, kind of movie, kind of book, kind of game, style of music, \
    sort of music|流派 什么风格 什么类型的歌 什么类型的电影
release year|come out, came out, year it came|发行年份 哪年出的 哪一年上映 上映年份
developer|made by, studio behind|开发商 谁开发的
platform|runs on, console|平台 什么平台
price range|price bracket, price class, price band, cheap or expensive|价位 价格区间 价位档 \
    什么价位
battery power|battery life, long battery lasts, battery capacity, size of battery|电池容量 续航 \
    电量多大
ram|working memory|内存 运行内存
int memory|built in memory, internal storage, storage space, storage|存储 机身存储 内部存储
touch screen|touch the screen, touchscreen|触屏 触摸屏
screen size|big is screen, size of screen, inches is screen|屏幕尺寸 屏幕多大
operating system|runs windows, which os|系统 装的什么系统 什么系统
processor|chip inside, which chip, cpu|处理器 芯片
four g|has 4g, support 4g|支持4g
positive ratings|good reviews, favourable reviews, positive reviews, thumbs up|好评 好评数
negative ratings|bad reviews, negative reviews, thumbs down|差评 差评数
on sale|discounted, reduced in price, on offer, marked down|打折 在打折 促销 特价
autopay|pay automatically, automatic payment, direct debit, automatic payments|自动扣费 \
    自动付款 自动续费 自动支付
urban|in town, in the city, in a city, built up|城里 市区 城区 城镇
rural|in the country, countryside, in the countryside, in a village|农村 乡下 乡村
total points|overall score, total score, overall points|总评分 总得分 总分
employment status|have a job, has a job, in work, out of work, unemployed, holds a \
    job|有没有工作 就业情况 在职状态 就业状态 工作状态
contaminated|go mouldy, get infected, spoiled|被污染 污染 染菌 受污染
substrate|growing medium, grown on|培养料 基质 培养基
in stock|in the shop, to be had, still available, sold out|有没有货 有货 有现货 缺货 现货
vintage|year of harvest, grapes harvested, grapes picked, harvest year|年份 采摘年份 收获年份
destination|fly to, flying to|飞往 飞去 开往 前往 飞到哪 去往
first response time|first reply, first response, first answer, answer first|首次响应 首次回复 \
    首响 首次响应时间 第一次回复
commute time|way to work, get to work, travel to work|上下班路上 上班路上 通勤时间 路上多久 \
    上下班
occupants|people in building, people inside, people in the house|住了多少人 使用人数
energy|energy use, energy used, power used, electricity used|用多少电 用了多少电 耗多少电
listening time|people listen, time listened, listened to|收听时长 听多久 听多长时间
telecommuting|work from home, done from home, working from home, home office, work \
    remotely|远程办公 在家办公 居家办公 远程工作
remote|work from home, done from home, working from home, home office, work remotely|远程办公 \
    在家办公 居家办公 远程工作
fraudulent|fake ad, scam|骗局 虚假 骗人 假的
availability|can be booked, open for booking|可以预订 能订 可预订天数 空闲天数
water|amount of water|加多少水 用水量 加水量
product line|kind of product, kind of goods, type of product, sort of product|哪类商品 什么商品 \
    商品类别 哪种商品 产品线 哪类产品
product category|kind of product, kind of goods, type of product|哪类商品 什么商品 商品类别 \
    哪种商品 哪类产品
course|field of study, degree programme, study programme|什么专业 专业 读什么专业 就读专业
balance|money in account, in the account, left in account|账上有多少钱 账户里有多少钱 \
    存了多少钱 账户余额
waiting time|wait for train, wait for bus, stand waiting|候车 候车时间 等车 等车时间
memory|working memory, memory used|内存 内存占用 内存用量
charge|phone charge, call charge|话费 电话费 通话费
repurchase|order again, buy again, purchase again|复购 再次下单 再次购买 回购 再买
carrier|delivery company, shipping company, company delivers, parcel service|快递公司 物流公司 \
    哪家快递
"""
