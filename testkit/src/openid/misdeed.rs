//! What no good provider does.

/// Where somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The discovery document.
    Discovery,
    /// The keys.
    Keys,
    /// The tokens.
    Token,
}

/// What is wrong from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misdeed {
    /// The token is of another visit.
    Nonce,
    /// The token has no nonce.
    NoNonce,
    /// The token is for somebody else.
    Audience,
    /// The token is for us and for somebody else.
    SharedAudience,
    /// The token was asked for by somebody else.
    AuthorizedParty,
    /// The token is over.
    Expired,
    /// The token was made an hour ago, and is not over.
    Stale,
    /// The token is of tomorrow.
    Tomorrow,
    /// The token says that it has another issuer.
    Issuer,
    /// The token says another subject; it may be none that can be kept.
    Subject(String),
    /// The token belongs to another access token.
    AccessToken,
    /// The token says nothing of when the person was asked.
    NoMoment,
    /// The token is not signed, and says so.
    Unsigned,
    /// The token is signed with the public key as a shared secret.
    PublicKeyAsSecret,
    /// The token names a key that nobody has.
    UnknownKey,
    /// The token names the right key, and is signed by another.
    ForeignKey,
    /// The token wants an extension to be understood.
    Critical,
    /// Who is sent back comes from another provider, as this one has it.
    MixUp(String),
    /// Who is sent back comes from nowhere, although the document promises to say it.
    NamesNobody,
    /// The document is of another issuer.
    AnotherDocument,
    /// The document has the tokens fetched where anybody can listen in.
    InTheOpen,
    /// Nothing is answered.
    Hangs(Endpoint),
    /// A failure is answered.
    Fails(Endpoint),
    /// What is answered has no end.
    Endless(Endpoint),
    /// What is asked for is elsewhere.
    Redirects(Endpoint, String),
}

impl Misdeed {
    /// Whether it is about how this is answered.
    pub(super) fn is_at(&self, endpoint: Endpoint) -> bool {
        match self {
            Self::Hangs(at) | Self::Fails(at) | Self::Endless(at) | Self::Redirects(at, _) => *at == endpoint,
            _ => false,
        }
    }
}
