"""A glossary of what columns are called, English and Chinese: one thing per line.

It lets 折扣 find `Discount` and "floor" find 楼层. The words say nothing about the kind of values;
words of the things that people predict stand in `concept_words`.
"""

from __future__ import annotations

# concept || English words, `_` joins phrases | Chinese words
COLUMN_WORDS = """
tomorrow||tomorrow next_day|明天 次日 翌日
new_thing||new brand_new|新 全新
lagging||lagging|滞后
leading||leading|超前
survey||survey questionnaire|问卷 问卷调查 调查
unit||unit|单元
open_business||open|营业 开门 开业
event_happened||incident event|事件 突发事件
today||today|今天 今日 当天 当日
hour||hour hr|小时 钟点
minimum||min minimum lowest least|最低 最小
maximum||max maximum highest|最高 最大
average||average avg mean|平均 均值
total||total overall|合计 总计 总
year||year years|年份 年度
monthly||monthly|每月 月度 月
annual||annual yearly|每年 年度
next||next|下次 下一次
previous||previous prev prior earlier|上次 之前 以往 历史
final||final|期末 最终
midterm||midterm|期中
whole_match||full_time fulltime|全场
half_match||half_time halftime|半场 上半场
discount||discount rebate markdown|折扣 优惠 打折 折扣率 减免
wear||wear worn|磨损
tool||tool|刀具 工具
torque||torque|扭矩 转矩
rotation||rotational rotation rpm|转速
vibration||vibration|振动 震动
voltage||voltage volt|电压
current||current|电流
direct_current||dc direct_current|直流
alternating_current||ac alternating_current|交流
sensor||sensor|传感器
maintenance||maintenance repair|维护 维修 保养 检修
vegetation||cover vegetation forest plant|植被 植被覆盖 森林
soil||soil|土壤
slope||slope|坡度
elevation||elevation altitude|海拔 高程
wind||wind|风
wind_speed||windspeed wind_speed wspd|风速
visibility||visibility|能见度
sunshine||sunshine solar|日照 太阳
snow||snow snowfall|降雪 下雪
cloud||cloud cloudy|云量
bicycle||bike bicycle bikes|单车 自行车
rented||rented rental rent hire|租借 租赁
rent|amount|rent rental monthly_rent|租金 房租 月租 月租金 租价 租
injury||injury injuries injured inj|受伤 伤者 伤情
lease||lease|租赁方式 租约
floor||floor storey level|楼层
layout||layout|户型
orientation||orientation|朝向
decoration||decoration renovation furnishing furnished|装修 装修情况
subway||subway metro|地铁
community||community compound neighbourhood neighborhood estate|小区 社区
district||district borough|城区 行政区 区县
garage||garage parking|车库 车位
basement||basement|地下室
bathroom||bathroom bath|浴室 卫生间
built||built construction|建造 建成 建筑年代
listing||listing listed|房源 挂牌
host||host|房东
nights||night nights|夜 晚 入住晚数
interest||interest|利息 利率
interest_rate||interest_rate|利率
installment||installment instalment|分期 月供 每期还款
term||term|期限 还款期限
loan||loan lending|贷款
debt||debt|负债 债务
credit_limit||limit credit_limit|额度 信用额度 授信额度
credit_score||credit_score creditscore fico|信用评分 信用分 征信
balance||balance|余额 存款余额
deposit||deposit|存款 押金 定金 保证金
wealth_product||wealth fund investment|理财 理财产品 基金
payment||payment pay paid|付款 支付 还款
bill||bill statement|账单
transactions||transaction transactions|交易 交易次数
transfer||transfer|转账
branch||branch|网点 支行
occupation_title||title position|职务 职称
overtime||overtime|加班
business_travel||travel trip|出差 旅行
training||training trainings|培训
award||award awards prize|获奖 奖项
performance||performance|绩效 表现
promotion||promoted promotion is_promoted|晋升 升职 提拔
years_of_service||length_of_service service seniority tenure|工龄 司龄 服务年限
work_experience||experience|工作经验 经验 从业年限
manager||manager boss supervisor|经理 主管 上级
team||team|团队
recruitment||recruitment recruiting hiring|招聘
channel||channel|渠道
absence||absence absences absenteeism|缺勤 缺课
attendance||attendance|出勤 出勤率
study||study studying|学习
study_time||study_time studytime study_hours hours_studied|学习时长 学习时间
school||school|学校
class_group||class classroom|班级
exam||exam test|考试
score|class|score mark points|成绩 分数 得分
homework||homework assignment|作业
tutoring||tutoring|辅导 补课 课外辅导
dormitory||dormitory dorm boarding|住校 宿舍 寄宿
scholarship||scholarship|奖学金
parent||parent parental|父母 家长
father||father paternal|父亲
mother||mother maternal|母亲
dropout|yesno|dropout drop_out leave_school leaves_school leaving_school|\
辍学 退学 退课 弃课 中途退出
sleep||sleep|睡眠
stress||stress|压力
depression|yesno|depression depressed|抑郁
exercise||exercise physical_activity activity|运动 锻炼
calories||calories calorie|卡路里 热量
steps||steps|步数
heart_rate||heart_rate pulse|心率 脉搏
obesity||obesity obese overweight|肥胖
kidney|yesno|kidney ckd renal|肾 肾病
liver|yesno|liver hepatic|肝 肝病
hypertension|yesno|hypertension high_blood_pressure|高血压
anaemia||anaemia anemia|贫血
platelets||platelets|血小板
creatinine||creatinine|肌酐
sodium||sodium|钠 血钠
insulin||insulin|胰岛素
pregnancy||pregnancies pregnancy pregnant|怀孕 妊娠
medication||medication medications drug medicine|用药 药物 药品
hospital_stay|amount|time_in_hospital length_of_stay hospital_stay stay los days_in_hospital|\
住院天数 住院时长 住院时间 住院日 住院 住几天 住多久
admission_type||admission|入院
emergency||emergency|急诊 急救
procedure||procedure procedures|手术 操作
laboratory||lab laboratory|化验 检验
doctor||doctor physician|医生 医师
chest_pain||chest_pain cp|胸痛
airway||inflight flight|航班 飞行
seat||seat|座位 座椅
comfort||comfort comfortable|舒适 舒适度
cleanliness||cleanliness clean|清洁 整洁 卫生
entertainment||entertainment|娱乐
baggage||baggage luggage|行李
boarding||boarding|登机
wifi||wifi|无线 无线网络
loyalty||loyalty loyal|忠诚 忠诚度
arrival||arrival arrive arrives arrived|到达 抵达
departure||departure depart departs|出发 起飞 离港
airline||airline carrier|航空公司
airport||airport|机场
stops||stops|经停 中转
order||order orders|订单
shipping||shipping ship shipment shipped|发货 运输 物流 配送方式
delivery||delivery deliver delivered|配送 送达 送到 送货 交付 派送
delivery_time|amount|delivery_time delivery_duration|配送时长 配送时间 送达时间
courier||courier rider|骑手 快递员 配送员
warehouse||warehouse|仓库
supplier||supplier vendor|供应商
inventory||inventory stock|库存
coupon||coupon voucher|优惠券
return|yesno|return returned returns refund refunded come_back send_back sent_back|退货 退款 退换
complaint||complaint complain complained|投诉
review||review reviews comment feedback|评价 评论 点评
cart||cart basket|购物车
visit||visit visits|访问 来访
session||session|会话
page||page pages|页面
last_purchase||recency last_purchase|最近一次购买 最近购买
spending_score||spending_score|消费得分 消费评分
campaign||campaign|营销活动 活动
advertisement||ad ads advertising advertisement|广告
category||category|品类 类目 类别 分类
segment||segment|细分 客群
risk|class|risk risky risk_level hazard|风险 风险等级 危险
premium|amount|premium premiums|保费 保险费
renewal|yesno|renew renews renewed renewal|续保 续约 续费 续签
heating|amount|heating|采暖 供暖 制热 供热
cooling|amount|cooling|制冷 降温 冷却
range||range bracket band|区间 范围 档位
resolved|yesno|resolve resolved solve solved resolution|解决
waiting||wait waits waiting|等待 等候 排队
acceptability||acceptability acceptable|可接受度 接受度
transport||transport|传送 运送
body_fat|amount|body_fat bodyfat|体脂 体脂率 体脂肪
recurrence|yesno|recur recurs recurred recurrence relapse relapsed|复发
batch||batch lot|批次 批号
visitor||visitor visitors tourist tourists|游客 访客 参观者
escalation|yesno|escalate escalated escalation|升级
tier||tier level membership vip|等级 级别 会员等级 客户等级
birthday||birthday birth|出生 生日
open_date||opening opened|开户 开户日期
registration||registration registered signup|注册
song||song track music|歌曲 音乐 曲目
artist||artist artists singer|歌手 艺人 艺术家
genre||genre|流派 曲风 风格 题材
popularity||popularity popular viral trending hot|会火 爆款 走红 热门 流行度 热度 受欢迎 人气 \
    欢迎程度
tempo||tempo|节奏
lyrics||lyrics|歌词
movie||movie film|电影 影片
director||director|导演
actor||actor cast|演员
box_office|amount|box_office|票房
budget||budget|预算
game||game|游戏
platform||platform|平台
publisher||publisher|发行商 出版社
author||author|作者
book||book|书 图书
player||player players|球员 玩家 选手
match||match|比赛
goal||goal goals|进球
legendary||legendary|传说 传奇 神兽
attack||attack|攻击
defense||defense defence|防御
winery||winery|酒庄 酒厂
taster||taster critic|品酒师 评论家
description||description|描述 简介 说明
potability|yesno|potability potable drinkable drink safe_to_drink|可饮用 饮用 能喝 可以喝
hardness||hardness|硬度
turbidity||turbidity|浊度
acidity||acidity ph acid|酸度 酸碱度
crop||crop|作物 农作物 庄稼
fertilizer||fertilizer fertiliser|化肥 肥料
nitrogen||nitrogen|氮
irrigation||irrigation|灌溉
animal||animal|动物
fish||fish|鱼
flower||flower|花
mortgage||mortgage|房贷 按揭
car_loan||car_loan|车贷
active||active isactivemember|活跃
product_count||numofproducts num_of_products|产品数 持有产品数
claim_amount||claim_amount|理赔金额 赔付金额
policy||policy|保单
gdp||gdp|国内生产总值 人均gdp
freedom||freedom|自由
corruption||corruption|腐败
transmission||transmission gearbox|变速箱 变速器
owner||owner owners|车主 过户 业主
drive||drive|驱动
mpg_city||city_mpg|市区油耗
thickness||thickness|厚度
scrap||scrap|报废
defect|yesno|defect defective defects faulty flaw reject|缺陷 次品 不良 瑕疵 不良品
carat||carat|克拉
clarity||clarity|净度
cut||cut|切工
solar_power||solar photovoltaic|光伏
peak||peak|高峰
workday||workingday working_day workday|工作日
phishing|yesno|phishing phish|钓鱼 钓鱼网站
attack_type||intrusion malware|攻击类型 入侵
hostname||url domain|网址 域名
shares|amount|shares shared|转发 分享 转发量
likes|amount|likes|点赞 点赞数
followers||followers|粉丝 粉丝数
trip||trip journey ride|行程 出行
location||location place site|地点 位置 站点
station||station|车站 站 站点
state||state province|省份 省 州
hospital||hospital hospitals clinic clinics|医院 诊所
ward||ward wards|病区 病房
blood_type||blood_type blood_group|血型
symptom||symptom symptoms|症状
fever||fever|发烧 发热
cough||cough coughing|咳嗽
pain||pain ache|疼痛
allergy||allergy allergies allergic|过敏
dose||dose dosage|剂量
family_history||family_history heredity hereditary|家族史 遗传 家族病史
drinking||drinking drinker alcohol_consumption|饮酒 喝酒
diet||diet eating nutrition|饮食 膳食
waist||waist waistline|腰围
body_temperature||body_temperature|体温
weight_status||overweight underweight|超重
religion||religion religious|宗教
teacher||teacher teachers instructor tutor|老师 教师 任课老师
university||university college|大学 高校 院校
major||major field_of_study|专业
subject||subject subjects course|科目 学科 课程
campus||campus|校区
lesson||lesson lessons class_hours|课时 课时数
entrance_test||entrance_test placement_test|入学测验 入学考试 摸底
factory||factory factories plant mill|工厂
workshop||workshop shop_floor|车间
production_line||production_line assembly_line line|产线 生产线 流水线
operator||operator operators|操作员 操作工
shift||shift shifts|班次 班组 轮班
furnace||furnace oven kiln|炉 炉子 熔炉
furnace_temperature||furnace_temperature oven_temperature|炉温
wafer||wafer wafers|晶圆
material||material materials raw_material|材料 原料 原材料
sample||sample samples specimen|样品 试样
moisture_content||moisture moisture_content water_content|含水率 含水量
inspection||inspection test_result check|检验 检测 检查 检验结果
farm||farm farms|农场
plot||plot field parcel|地块 田块
seed||seed seeds|种子
pesticide||pesticide|农药
village||village|村 村庄
county||county|县
building||building buildings block|楼 楼栋 建筑
hotel||hotel hotels inn|酒店 宾馆 旅馆
resort||resort resorts|度假 度假村 度假酒店
sufficiency||enough sufficient insufficient adequate|充足 足够 不足 够用 充裕
trend_up||up increased raised rising|上调 上升 增加 升高
trend_down||down decreased lowered falling|下调 下降 减少 降低
trend_steady||steady unchanged stable constant|不变 稳定 保持不变
restaurant||restaurant restaurants eatery|餐厅 餐馆 饭店
bank||bank banks|银行
agent||agent agents representative rep|坐席 客服 专员 代理
broker||broker brokers realtor|经纪人 中介
parcel||parcel parcels package packages|包裹 快递 快件
route||route routes line|路线 线路 航线
destination||destination destinations|目的地 目的城市
origin_place||origin source|始发地 始发城市 出发城市
bus||bus buses|公交 公交车
volume_size||volume|体积
server||server servers|服务器
browser||browser|浏览器
operating_system||os operating_system|操作系统
version||version|版本
keyword||keyword keywords|关键词
headline||title headline heading|标题
topic||topic|话题 主题
ad_position||ad_slot ad_position placement|广告位
work_ticket||ticket tickets|工单
cause||cause reason|原因
stage||stage phase|阶段
quarter||quarter|季度
week||week|周
age_group||age_group age_band age_bracket|年龄段 年龄组
bonus||bonus bonuses|奖金
job_rank||rank job_level grade_level|职级 职等
commute||commute commuting distance_from_home|通勤 通勤距离
interview||interview interviews|面试
resume||resume resumes cv application applications|简历 投递
skill||skill skills|技能
certificate||certificate certification certified|证书 拿证
pets||pet pets|宠物
driving_licence||licence license driving_licence|驾照 驾龄
plate||plate licence_plate|车牌
car_age||car_age vehicle_age|车龄
coach||coach|教练
club||club clubs|俱乐部
spectators|amount|spectator spectators attendance crowd|观众 观众人数 上座人数
venue||venue stadium arena|场馆 球场
shots||shots shot|射门
gas||gas natural_gas|天然气 燃气
window||window windows glazing|窗 窗户
roof||roof roofing|屋顶
wall||wall walls|墙 墙体
list_price||list_price original_price tag_price|标价 原价 吊牌价 指导价
favourites||favourites favorites saved bookmarks|收藏 收藏数
page_views||page_views views browsing|浏览 浏览量 浏览次数
electricity_price||electricity_price power_price|电价
capacity||capacity|容量
occupancy|amount|occupancy occupied occupation_rate full fullness|占用 占用率 入住率
superhost|yesno|superhost|超赞房东
policyholder||policyholder policyholders insured_person|投保人 被保险人
tenant||tenant tenants renter renters lodger|租客 租户
landlord||landlord landlords|房东 业主
reader||reader readers|读者
farmer||farmer farmers grower|农户 农民
nurse||nurse nurses|护士
seller||seller sellers|卖家
buyer||buyer buyers|买家
viewer||viewer viewers audience|观众 听众
athlete||athlete athletes sportsman|运动员
candidate||candidate candidates applicant applicants|候选人 求职者 申请人
teacher_group||tutor tutors|导师
grip||grip|握力
adoption|yesno|adopt adopted adoption adopts find_home new_home rehomed|领养 收养
breed_kind||breed breeds|品种
disbursement||disbursement disbursed disburse|放款额 发放金额
"""
