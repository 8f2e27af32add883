//! Where demo places are: regions of the world, and cities in them that do not exist.

use super::dice::Dice;
use Style::{
    Arabic, Chinese, Cyrillic, English, French, German, Greek, Hebrew, Indian, Italian, Japanese,
    Korean, Nordic, Polish, Portuguese, Spanish,
};

/// A state of the demo.
pub(super) struct Region {
    pub(super) name: &'static str,
    /// Its middle, in hundredths of a degree.
    pub(super) latitude: i64,
    pub(super) longitude: i64,
    pub(super) style: Style,
}

/// How cities are named there.
#[derive(Clone, Copy)]
pub(super) enum Style {
    Arabic,
    Chinese,
    Cyrillic,
    English,
    French,
    German,
    Greek,
    Hebrew,
    Indian,
    Italian,
    Japanese,
    Korean,
    Nordic,
    Polish,
    Portuguese,
    Spanish,
}

const fn region(name: &'static str, latitude: i64, longitude: i64, style: Style) -> Region {
    Region {
        name,
        latitude,
        longitude,
        style,
    }
}

/// The first ten, which a small demo has, hold most of the scripts.
pub(super) const REGIONS: [Region; 50] = [
    region("California", 3720, -11950, English),
    region("Île-de-France", 4870, 250, French),
    region("東京都", 3570, 13950, Japanese),
    region("Baden-Württemberg", 4850, 900, German),
    region("Andalucía", 3740, -480, Spanish),
    region("ירושלים", 3175, 3515, Hebrew),
    region("القاهرة", 3004, 3124, Arabic),
    region("Newfoundland & Labrador", 4860, -5600, English),
    region("Hawaiʻi", 1960, -15550, English),
    region("São Paulo", -2250, -4850, Portuguese),
    region("Αττική", 3800, 2370, Greek),
    region("Київська область", 5030, 3050, Cyrillic),
    region("四川省", 3060, 10300, Chinese),
    region("서울특별시", 3756, 12699, Korean),
    region("Provence-Alpes-Côte d'Azur", 4390, 610, French),
    region("Trøndelag", 6350, 1080, Nordic),
    region("Valle d'Aosta", 4570, 740, Italian),
    region("Małopolska", 4990, 2030, Polish),
    region("केरल", 1020, 7640, Indian),
    region("Colorado", 3900, -10550, English),
    region("Québec", 4680, -7120, French),
    region("Île Maurice", -2030, 5755, French),
    region("Yucatán", 2070, -8900, Spanish),
    region("北海道", 4340, 14280, Japanese),
    region("Tyne & Wear", 5495, -160, English),
    region("Östergötland", 5840, 1560, Nordic),
    region("Schleswig-Holstein", 5420, 970, German),
    region("Sicilia", 3750, 1410, Italian),
    region("Κρήτη", 3530, 2490, Greek),
    region("مراكش آسفي", 3163, -800, Arabic),
    region("Oregon", 4400, -12050, English),
    region("Minas Gerais", -1950, -4400, Portuguese),
    region("Łódzkie", 5150, 1940, Polish),
    region("Nouvelle-Aquitaine", 4510, 20, French),
    region("Co. Donegal (Dún na nGall)", 5490, -800, English),
    region("חיפה", 3270, 3510, Hebrew),
    region("Cataluña", 4180, 150, Spanish),
    region("京都府", 3525, 13550, Japanese),
    region("Toscana", 4340, 1110, Italian),
    region("Vestland", 6070, 640, Nordic),
    region("New South Wales", -3300, 14900, English),
    region("Карелия", 6320, 3300, Cyrillic),
    region("Ísland", 6490, -1900, Nordic),
    region("राजस्थान", 2660, 7400, Indian),
    region("Steiermark", 4730, 1500, German),
    region("Ñuble", -3660, -7190, Spanish),
    region("Açores", 3780, -2550, Portuguese),
    region("云南省", 2500, 10150, Chinese),
    region("دبي", 2510, 5530, Arabic),
    region("Vermont", 4400, -7270, English),
];

impl Style {
    /// A name for a city.
    pub(super) fn city(self, dice: &mut Dice) -> String {
        let (heads, tails) = self.parts();
        format!("{}{}", dice.pick(heads), dice.pick(tails))
    }

    #[rustfmt::skip] // As a table it is read at a glance.
    const fn parts(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Arabic => (&["مدينة ", "واحة ", "قصر ", "عين ", "وادي ", "باب "], &["النور", "الزيتون", "السلام", "الياسمين", "الرمان", "الورد"]),
            Chinese => (&["青", "白", "金", "长", "南", "新", "云", "石"], &["山镇", "河市", "桥县", "湖市", "花镇", "门市"]),
            Cyrillic => (&["Ново", "Старо", "Бело", "Верхне", "Красно", "Зелёно"], &["горск", "речье", "полье", "озёрск", "ярск", "камень"]),
            English => (&["Oak", "Maple", "King's ", "St. John's ", "River", "Cedar", "Green", "Stone", "Fair", "O'Brien "], &["field", "ton", "ford", "bridge", "haven", "wood", "dale", "mouth", " Springs", " Falls"]),
            French => (&["Saint-Étienne", "Sainte-Anne", "Villeneuve", "Château", "L'Île", "Montfleur"], &["-sur-Loue", "-les-Bains", "-aux-Chênes", "-la-Forêt", "-d'Orée", "-sous-Bois"]),
            German => (&["Grün", "Neu", "Bad Süß", "Ober", "König", "Mühl"], &["bach", "städt", "hausen", "furt", "brück", "weiler"]),
            Greek => (&["Νέα ", "Άγιος ", "Παλαιά ", "Άνω ", "Κάτω "], &["Σμύρνη", "Ελαιώνα", "Πηγή", "Θάλασσα", "Πέτρα"]),
            Hebrew => (&["גבעת ", "קריית ", "רמת ", "בית ", "עין "], &["הזית", "הורד", "השקד", "הכרם", "המעיין"]),
            Indian => (&["नया ", "राम", "सुंदर", "चंद्र", "कमल"], &["पुर", "नगर", "गढ़", "गाँव", "वाड़ी"]),
            Italian => (&["San Niccolò ", "Borgo ", "Castel ", "Villa ", "Sant'Elia "], &["al Mare", "di Sopra", "d'Oro", "Vecchia", "Fiorito"]),
            Japanese => (&["青", "桜", "松", "海", "星", "竹", "花"], &["山市", "川町", "浜市", "ヶ丘", "野村", "島町"]),
            Korean => (&["새", "청", "금", "동", "백", "해"], &["산시", "강읍", "들시", "호군", "천시"]),
            Nordic => (&["Små", "Gröna", "Højt", "Åse", "Øster", "Björn", "Þórs"], &["vik", "fjord", "ø", "bø", "ström", "ås", "höfn"]),
            Polish => (&["Nowy ", "Stary ", "Biały ", "Święty ", "Górny "], &["Gródek", "Młyn", "Dąb", "Łęg", "Żuraw", "Bór"]),
            Portuguese => (&["São João ", "Santa Fé ", "Vila Nova ", "Praia ", "Conceição "], &["do Rio", "da Serra", "das Maçãs", "d'Água", "do Sertão"]),
            Spanish => (&["San José ", "Villa ", "Puerto ", "Alcalá ", "Peña "], &["de los Ángeles", "del Río", "de la Ñora", "del Sol", "Mayor"]),
        }
    }
}
