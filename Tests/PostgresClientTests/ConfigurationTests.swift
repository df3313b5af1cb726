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

  @Test(arguments: [
    ("sslmode=wrong", "sslmode must be disable, allow, prefer, require, verify-ca or verify-full"),
    ("sslmode=Require", "sslmode must be disable, allow, prefer, require, verify-ca or verify-full"),
    (
      "target_session_attrs=master",
      "target_session_attrs must be any, read-write, read-only, primary, standby or prefer-standby"
    ),
    ("connect_timeout=soon", "connect_timeout must be a whole number from 0 to 3600"),
    ("connect_timeout=3601", "connect_timeout must be a whole number from 0 to 3600"),
    ("keepalives=yes", "keepalives must be 0 or 1"),
    ("keepalives_idle=-1", "keepalives_idle must be a whole number from 0 on"),
    ("keepalives_interval=2s", "keepalives_interval must be a whole number from 0 on"),
    ("keepalives_count=99999999999", "keepalives_count must be a whole number from 0 on"),
    ("tcp_user_timeout=1.5", "tcp_user_timeout must be a whole number from 0 on"),
    ("gssencmode=on", "gssencmode must be disable, prefer or require"),
    ("channel_binding=1", "channel_binding must be disable, prefer or require"),
    ("ssl_min_protocol_version=1.2", "ssl_min_protocol_version must be TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3"),
    ("sslsni=no", "sslsni must be 0 or 1"), ("sslcompression=on", "sslcompression must be 0 or 1"),
  ])
  func wrongOptionsAreNamed(option: String, fault: String) throws {
    for url in ["host=h \(option)", "postgresql://h/db?\(option)"] {
      let error = try #require(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
      #expect("\(error)".contains("the connection string's \(fault)"), "\(error)")
    }
  }

  @Test(arguments: [
    "sslmode=verify-full target_session_attrs=read-write connect_timeout=0 keepalives=0 keepalives_idle=9",
    "gssencmode=disable channel_binding=require ssl_min_protocol_version=tlsv1.2 sslsni=1 tcp_user_timeout=0",
    "sslmode='' connect_timeout='' user=u sslrootcert=/etc/ca.pem krbsrvname=x",
  ])
  func rightOptionsAreTaken(options: String) throws {
    _ = try PostgresConfiguration(url: "host=h \(options)")
  }

  @Test(arguments: [
    ("host=\u{201C}db\u{201D}", "host has a quotation mark in it"), ("host=a,b-", "host has a hyphen beside a dot"),
    ("host='a b'", "host has white space in it"), ("hostaddr=1.2.3.400", "hostaddr is a number and no IPv4 address"),
    ("postgresql://d%C3%B6/db", "host is not in ASCII"),
  ])
  func impossibleHostsAreNamed(url: String, fault: String) throws {
    let error = try #require(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
    #expect("\(error)".contains("the connection string's \(fault)"), "\(error)")
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
