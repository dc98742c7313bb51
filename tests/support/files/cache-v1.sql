-- cache.db as wbtui 0.1.0 (commit 9d1cde5) wrote it.
PRAGMA application_id=2002940995;
PRAGMA user_version=1;
CREATE TABLE customers (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name_key TEXT NOT NULL,
        owed_up INTEGER NOT NULL,
        owed_down INTEGER NOT NULL,
        mrr_up INTEGER NOT NULL,
        mrr_down INTEGER NOT NULL,
        renews_up INTEGER NOT NULL,
        renews_down INTEGER NOT NULL,
        since INTEGER NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        plan_up TEXT NOT NULL,
        plan_down TEXT NOT NULL,
        status_rank INTEGER NOT NULL,
        owed INTEGER,
        mrr INTEGER,
        ends INTEGER,
        trial INTEGER,
        due INTEGER,
        card INTEGER,
        failed INTEGER,
        subs INTEGER NOT NULL,
        refunds INTEGER,
        refunding INTEGER
    );
INSERT INTO customers VALUES (1, 'cus_4f65d4d9259f4329e6f4590b', 'ida novak', '', '', '', '', 739942, -739942, 739208, 1670417228000000, 1794106927000000, 'business', 'business', 4, 0, 199000, NULL, NULL, NULL, 203008, NULL, 2, 0, NULL);
INSERT INTO customers VALUES (2, 'cus_cd447e35b8b6d8fe442e3d43', 'maria costa', '', '', 900, -900, 739943, -739943, 738942, 1672079343000000, 1785426211000000, 'starter', 'starter', 5, 0, 9000, NULL, NULL, NULL, 202912, NULL, 1, 0, NULL);
CREATE TABLE amounts (
        n INTEGER NOT NULL,
        what TEXT NOT NULL,
        currency TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (n, what, currency)
    ) WITHOUT ROWID;
INSERT INTO amounts VALUES (1, 'm', 'gbp', 199000);
INSERT INTO amounts VALUES (2, 'm', 'eur', 9000);
CREATE TABLE customer_rows (
        n INTEGER PRIMARY KEY,
        fetched_at INTEGER NOT NULL,
        data BLOB NOT NULL
    );
INSERT INTO customer_rows VALUES (1, 1795344120000000, X'616e1763ebc5d7cd6a02311007f05711cf5d49324966e2a9147a28d45e6acf12f301a5a2454ac1830fd367e98b755c165d755756a5a8177751c87f9ce4375b558dd734d1d99aa8a353c6650dca259bb57162babf426c0341d058c05030087804822a0f011c4b35d438145403e129fadecbe2fbf7e7a3230defd10fe6e50fc4fdd76a99663302b4830a8c4303facf6fa34234ecca6606c68b258f0b839e54b245040440b31361e4e3b26ca916111e5feb22f0a5b656126963fbed34b44b10b82592d61033923386c8626e4eb7e3a1fc34e5a96fbe49bbb5e26177a703184d274eb5896b62e8b2c9e96a3136e345e783af5cc67a7d572b5108def05bbaa4a34d106497127d9678364aba4a7e7905a4b6108643fd5f59ce83745b8073196dadfee58e021871e028300574aea37c6742063146d2195c42693437003470c0afe26265ab9eef8042f5cda63fb08e029f8bb6bf6dde4d8c90a415394b4abca194cf2e87b618f2363144a1e0c8b6c318c963a28048c9db34558220d99618ea2631843b8ec19d81a7661ebe9e484cc27b08021c41f07bad7a7a0e3a11616f1202517bb6ba6224fa03');
INSERT INTO customer_rows VALUES (2, 1795344120000000, X'6155da1658c5974d6ac3301085af62b28f99d1e867ec5521d05de9a2d90759924b176dc059e5503d452fd6b171d3c6b1439c14b2b304c2f324cdfb9efa5d939a36216aed12998a2b1bb94e5aab4451d3a042334a04704b82359a525349784204d5ba80b26be4521525d01f223cf9e6ebd367abad9cd1857478ef96081b64093e84bd9c3623babc87c62d1c586f1bc90b79c61340005528732d10646818899c52edaef66410d76e6bdd6569d96acf652b64b55499edde5e3f52ccaa7db67a7cce1747f898a645906b93740536240b4e63709e61711e21dd5767fdd238079cbc1c267e90b24fbe1927ca2540d14b686fc1cd4091f441a35d3c8b277593ae61c9c43fae470919cd439414d22f735122331be200ec50490f0770b626c76ec411a105fb25b6f8ffaea886ae28e9c07411ef20a2061b1d6061ad87408c89b99e1081f71001127e4fac7d28822a5f716426cdde091a39a29e10a1ee20028a531182607b0ef8321659e811636dd8d5511dfbcadc10d09775f4ac9010f0fbacb8210d7c03');
CREATE TABLE customer_texts (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO customer_texts VALUES (1, ' =sactive =bactive =pbusiness =ppro =uactive =ipaid =ysucceeded =k3350 =x203008 =ces =mgbp =a199000_gbp _ida _novak =hvat =hreference | ida novak | | ida novak0 tyrell8376 example | lum 0 | business | pro | es466188456 | 3350 | madrid | 73375 | spain es | | cus4f65d4d9259f4329e6f4590b =rb0954f6e cone443df789558867f0 =r0f768855 concca5a5a19e4d6e3c1 =r1c3e6d4e inv8577dd84f39e71545a13 =r31a54517 invce160ff18e0242af9fc3 =r3cf9fa24 invea7e8c778ea6eb2083e6 =r6e3802be pay17e0aa3c03983ca8 =r8ac38930 inv 000000 0 inv0000000 1 inv0000001 2 inv0000002 idanovak0tyrell8376example lum0 ');
INSERT INTO customer_texts VALUES (2, ' =sactive =bfree =pstarter =uactive =ipaid =ysucceeded =k3548 =x202912 =cde =meur =a9000_eur _maria _costa =hnotes =hvat | maria costa | | maria costa1 cyber8117 example | | starter | de581337223 | 3548 | berlin | 02925 | germany de | prefers e mail contract signed by cfo | cuscd447e35b8b6d8fe442e3d43 =r34d3e244 cone4b06ce60741c7a80 =r08a7c147 inv38c08712b8bc076f3787 =r7873f670 invf06d701966a0c381e88f =rf88e183c inv3bab8d88348a7eed8d14 =r41d8dee7 pay3b1a11df587fd280 =r082df785 inv 000001 0 inv0000010 1 inv0000011 2 inv0000012 mariacosta1cyber8117example email ');
CREATE VIRTUAL TABLE found USING fts5 (
        text, content='customer_texts', content_rowid='n', detail=none, columnsize=0, prefix='1 2 3',
        tokenize="ascii tokenchars '=_'"
    );
CREATE TABLE invoices (
        n INTEGER PRIMARY KEY,
        id_key INTEGER NOT NULL,
        number_key INTEGER NOT NULL,
        owner_key INTEGER NOT NULL,
        fetched_at INTEGER NOT NULL,
        data BLOB NOT NULL
    );
INSERT INTO invoices VALUES (1, 1706867420646252233, 8790773260436312838, 7402714311710810164, 1795344120000000, X'61c18a729b9d944b0ac03008444f54c847a39e26b435dea277af94acd250425d29ccc637c3746a1eccca48a4ca60591a4504dc639ed0f4d97e87b4fbbec0b42b07a6290d4cbd5bca8ba95f15aca0824a4231c8495a314009c70aefd3970690d5880591b9908599091f2f2ebaf0a8af1b');
INSERT INTO invoices VALUES (2, -4213835199822124576, -4344312684651710130, 7402714311710810164, 1795344120000000, X'61b94b73479d92410a80300c045f24a46d9236af116dbbbff0ef06e949458a3925b097cccea0e662aeb5072520944e2ef706434d2f347d96f057d2d1fb04d391bc491ad38329e983a95f2b43a571b328064ed1ba82c5689fe15d7de9cca9211713294533e8ad848f17275bb8d2c709');
INSERT INTO invoices VALUES (3, 6889515102958630517, 6356999728104130555, 7402714311710810164, 1795344120000000, X'61dcd473619d924b0a80300c054f248434dfd314b5c92dbcbb45ba1014296695c0db64e60d6abd9835560ddb552d56890dc14ac80bcd3e0bfe2de9f03ec17424ef4cc1172c8f92823e98f6ab520a376a8eec49053d24891db619de7b5f82a8b454736633d18437091f2f4e5ab8d2c709');
INSERT INTO invoices VALUES (4, -3306810657191753823, 1632625307382206874, -1120244493112609265, 1795344120000000, X'61c7fe72cdadd4b10dc0300804c095b0f900db5831c6fb8f1022a54a5cb8480725f7e81fb57cccc6e6645a6ab7eea432594d179a7497c20ee9ffa2f52d9acdf215cdadf90034f8c85b64d80ca0060ff08eb6e710e8241e428ae27a1aad22f827810b');
INSERT INTO invoices VALUES (5, 9004654057115798963, 5267908680402512632, -1120244493112609265, 1795344120000000, X'61080772faadd4b115c0200804d095400890697c8ab8ff08a148a785851dd7febbc7af96c3ac136428e02bd2c0c930cce64613f229e009e9fd8996b288c22a9aa9fa60d6a0a75b976133984bd0603ad1f63c823b88878032ba36835d05771af800');
INSERT INTO invoices VALUES (6, -1806532898167215505, -8239243097731837147, -1120244493112609265, 1795344120000000, X'61e20c7395add5b115c0200804d095305c844ce31321fb8f108a745a58d841fbef1efc6a59ccc6d64d5d95a15d324cf5828526e551b876480f8bd2933f67aa28d54934b7361c90e0dbd4aaeb1bc015ece01ded9143c0a88ea8242843bad22a8233097c');
CREATE TABLE parts (
        part TEXT NOT NULL,
        owner TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        fetched_at INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (part, owner)
    ) WITHOUT ROWID;
CREATE TABLE walks (
        kind TEXT PRIMARY KEY,
        cursor TEXT,
        rows INTEGER NOT NULL,
        total INTEGER,
        changes_cursor TEXT,
        started INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        completed_at INTEGER
    ) WITHOUT ROWID;
INSERT INTO walks VALUES ('customers', NULL, 2, 2, NULL, 1795344120000000, 1795344120000000, 1795344120000000);
CREATE TABLE plan_names (name TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO plan_names VALUES ('Business');
INSERT INTO plan_names VALUES ('Pro');
INSERT INTO plan_names VALUES ('Starter');
CREATE TABLE countries (code TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO countries VALUES ('DE');
INSERT INTO countries VALUES ('ES');
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('complete_since', '', 1795344120000000);
INSERT INTO meta VALUES ('currency', 'eur', 1795344120000000);
INSERT INTO meta VALUES ('note:system', '{}', 1795344120000000);
INSERT INTO meta VALUES ('revision', '2', 0);
INSERT INTO found (found) VALUES ('rebuild');
CREATE INDEX by_name ON customers (name_key);
CREATE INDEX by_mrr_up ON customers (mrr_up, name_key);
CREATE INDEX by_mrr_down ON customers (mrr_down, name_key);
CREATE INDEX by_renews_up ON customers (renews_up, name_key);
CREATE INDEX by_renews_down ON customers (renews_down, name_key);
CREATE INDEX by_owed_up ON customers (owed_up, name_key);
CREATE INDEX by_owed_down ON customers (owed_down, name_key);
CREATE INDEX by_since ON customers (since);
CREATE INDEX by_created ON customers (created);
CREATE INDEX by_updated ON customers (updated);
CREATE INDEX by_plan_up ON customers (plan_up, name_key);
CREATE INDEX by_plan_down ON customers (plan_down, name_key);
CREATE INDEX by_status ON customers (status_rank, name_key);
CREATE INDEX in_owed ON customers (owed) WHERE owed IS NOT NULL;
CREATE INDEX in_mrr ON customers (mrr) WHERE mrr IS NOT NULL;
CREATE INDEX in_ends ON customers (ends) WHERE ends IS NOT NULL;
CREATE INDEX in_trial ON customers (trial) WHERE trial IS NOT NULL;
CREATE INDEX in_due ON customers (due) WHERE due IS NOT NULL;
CREATE INDEX in_card ON customers (card) WHERE card IS NOT NULL;
CREATE INDEX in_failed ON customers (failed) WHERE failed IS NOT NULL;
CREATE INDEX in_subs ON customers (subs) WHERE subs IS NOT NULL;
CREATE INDEX in_refunds ON customers (refunds) WHERE refunds IS NOT NULL;
CREATE INDEX in_refunding ON customers (refunding) WHERE refunding IS NOT NULL;
CREATE INDEX rows_by_age ON customer_rows (fetched_at);
CREATE UNIQUE INDEX invoices_by_id ON invoices (id_key);
CREATE INDEX invoices_by_number ON invoices (number_key);
CREATE INDEX invoices_by_owner ON invoices (owner_key);
CREATE INDEX parts_by_customer ON parts (customer_id);
