/// What people call each other in a chat: `张勇`, `欧阳静`, `李姐`, `小王`, `陈`, `刘师傅`, `Anna`.
///
/// A chain holds more than names: `收到`, `我可以`, `请带手套`. Whoever isn't a person must not fill a place, so a word is a name only
/// if it begins with one of the common surnames or is a form of address; anything else is asked.
enum SpokenName {
    static func isName(_ text: String) -> Bool {
        if text.utf8.count == text.count { return text.contains(where: \.isLetter) && text.allSatisfy(isLatin) }
        guard text.allSatisfy(\.isLetter), !remarks.contains(where: text.contains) else { return false }
        if diminutives.contains(where: { text.hasPrefix(String($0)) }), text.count > 1 {
            return text.dropFirst().first.map(surnames.contains) ?? false
        }
        return doubleSurnames.contains { text.hasPrefix($0) } || text.first.map(surnames.contains) ?? false
            || hasTitle(text)
    }

    /// As several people are called: `李姐`, `小王`, `陈`.
    static func isFormOfAddress(_ text: String) -> Bool {
        text.count == 1 || doubleSurnames.contains(text) || hasTitle(text)
            || text.count < 4 && diminutives.contains { text.hasPrefix(String($0)) }
    }

    /// Words between which there are only blanks, as people: `王五 赵六` are two, `李 四` and `Tom Wang` are one.
    ///
    /// - Returns: nil where it can be one or two, as 李 华 can.
    static func people(_ words: [String]) -> [String]? {
        var people: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word.isLatin {
                let more = rest.prefix(while: \.isLatin)
                rest = rest.dropFirst(more.count)
                people.append(([word] + more).joined(separator: " "))
            } else if let next = rest.first, !next.isLatin, word.count == 1 || doubleSurnames.contains(word) {
                if isName(word), isName(next) { return nil }
                people.append(word + rest.removeFirst())
            } else {
                people.append(word)
            }
        }
        return people
    }

    private static func isLatin(_ character: Character) -> Bool { character.isLetter || "' ".contains(character) }
    private static func hasTitle(_ text: String) -> Bool {
        titles.contains { text.hasSuffix($0) && text.count > $0.count }
    }

    private static let diminutives = "小老阿大"
    private static let titles = [
        "姐", "哥", "叔", "姨", "伯", "婶", "嫂", "妈", "爸", "爷", "奶奶", "老师", "师傅", "先生", "女士", "主任", "书记", "经理",
        "队长", "医生", "大夫", "家属",
    ]
    /// Words of a chat that begin like a name, as 谢谢 does, or stand beside one.
    private static let remarks = [
        "收到", "谢谢", "大家", "辛苦", "可以", "好的", "加油", "志愿者", "随时", "早上", "上午", "中午", "下午", "晚上", "能来", "能到",
        "有课", "有空", "没空", "时间", "明天", "今天", "一个", "两个", "替",
    ]
    private static let doubleSurnames = ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木"]
    private static let surnames = Set(
        """
        赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳\
        酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅\
        庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣\
        贲邓郁单杭洪包左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊\
        宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎蓟薄印宿白怀蒲从鄂索咸籍赖卓蔺屠蒙池乔阴胥苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦\
        雍璩桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎慕连茹习宦艾容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东沃利蔚越夔隆\
        师巩厍聂晁勾敖融冷辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查荆红游竺权盖益桓公肖付闫代佟覃岳涂邸仝苑兰亓付
        """)
}

extension String {
    /// Written without any Chinese.
    fileprivate var isLatin: Bool { utf8.count == count }
}
