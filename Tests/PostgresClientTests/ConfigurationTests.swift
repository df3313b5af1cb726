import Testing

@testable import PostgresClient

@Suite struct ConfigurationTests {
  @Test(arguments: [
    "postgres//user:s3cret@host/db", "postgresql://user:s3cret@[::1/db", "password=s3cret nonsense",
    "hots=x password=s3cret", "postgresql://u:s3cret@h/db?nonsense=1", "host=h password=s3cret\0",
    "host=h password=s3cret connect_timeout=soon", "host=h password=s3cret options='-c statement_timeout=x'",
    "postgresql://u:x@s3cret@h/db", "postgresql://u:x/s3cret@h/db", "postgresql://u:1/s3cret@h/db", "port=s3cret",
    "postgresql://h?password=x@s3cret", "dbname=postgresql://u:s3cret@h/db", "host=a@s3cret", "port=0", "port=65536",
    "connect_timeout=9223372036854775807", "connect_timeout=-1", "connect_timeout=3601",
    "options='-c statement_timeout=9223372036854775807'", "options='-c statement_timeout=9223372036854775807min'",
    "options='-c statement_timeout=2147483648'", "options='-c statement_timeout=35792min'",
    "options='-c statement_timeout=99999999999999999999'",
  ])
  func errorsShowNoPassword(url: String) throws {
    let error = try #require(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
    #expect(error.code == .invalidConfiguration)
    #expect(!"\(error)".contains("s3cret"))
  }

  @Test func descriptionsMaskThePassword() throws {
    let configuration = try PostgresConfiguration(url: "postgresql://ann:s3cret@a:1,b:2/db?sslpassword=s3cret")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!text.contains("s3cret")) }
    #expect("\(configuration)" == "user=ann password=*** dbname=db host=a,b port=1,2")
  }

  @Test(arguments: [
    ("host=/run/postgresql dbname=db", "dbname=db host=/run/postgresql"),
    ("host=@abstract port=5432,", "port=5432,"), ("postgresql:///db?host=/run/pg&user=a%40b", "dbname=db host=/run/pg"),
    ("postgresql://u:x?y@h/db", "user=u password=*** dbname=db host=h"),
    ("user=u passfile=/run/s3cret application_name=x keepalives=1", "user=u application_name=x"),
    ("host=::1 hostaddr=fe80::1%eth0", "host=::1 hostaddr=fe80::1%eth0"), ("dbname='my s3cret'", ""),
  ])
  func onlyWhatLooksLikeItselfIsShown(url: String, description: String) throws {
    let configuration = try PostgresConfiguration(url: url)
    #expect("\(configuration)" == description)
  }

  @Test func messagesAreRedacted() throws {
    let configuration = try PostgresConfiguration(url: "user=u password=s3cret sslpassword=t0ken passfile=x")
    #expect(configuration.redacted("no s3cret and no t0ken") == "no *** and no ***")
  }

  @Test func timeLimitsOfAnyLengthAreParameters() throws {
    var configuration = try PostgresConfiguration(
      url: "host=h connect_timeout=3600 options='-c statement_timeout=86400s'")
    #expect(value("connect_timeout", configuration) == "3600")
    configuration.statementTimeout = .seconds(Int64.max)
    configuration.connectTimeout = .seconds(Int64.max)
    // What PostgreSQL and libpq hold in 32 bits.
    for keyword in ["options", "connect_timeout"] {
      let digits = value(keyword, configuration)?.split { !$0.isNumber }.last
      let number = try #require(digits.flatMap { Int64($0) })
      #expect(number > 3600 && number <= Int64(Int32.max))
    }
  }

  @Test func defaultsGiveWayToTheString() throws {
    let plain = try PostgresConfiguration(url: "host=h")
    #expect(value("connect_timeout", plain) == "2" && value("tcp_user_timeout", plain) == "8000")
    #expect(
      value("options", plain)
        == "-c jit=off -c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000")
    let own = try PostgresConfiguration(
      url: "host=h connect_timeout=7 tcp_user_timeout=9 application_name=x options='-c statement_timeout=2s -c a.b=1'"
    )
    #expect(own.connectTimeout == .seconds(7) && own.applicationName == "x" && own.statementTimeout == .seconds(2))
    #expect(value("tcp_user_timeout", own) == "9" && value("connect_timeout", own) == "7")
    #expect(
      value("options", own)
        == "-c jit=off -c statement_timeout=2s -c a.b=1 -c statement_timeout=2000 "
        + "-c idle_in_transaction_session_timeout=4000")
  }

  private func value(_ keyword: String, _ configuration: PostgresConfiguration) -> String? {
    configuration.parameters.last { $0.keyword == keyword }?.value
  }
}
