//! A way to the server over the network, which can be cut, and on which all can go silent.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) struct Relay {
    /// The server's socket.
    socket: String,
    address: SocketAddr,
    hushed: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Relay {
    pub(crate) async fn to(socket: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, hushed) = (listener.local_addr().unwrap(), watch::Sender::new(false));
        let running = pass_on_from_now(listener, socket.clone(), hushed.clone());
        Self { socket, address, hushed, running }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Nothing more comes through on the connections there are, and nobody is told so.
    pub(crate) fn hush(&self) {
        self.hushed.send_replace(false);
    }

    /// The same, and nothing comes through on new ones either.
    pub(crate) fn hush_for_good(&self) {
        self.hushed.send_replace(true);
    }

    /// Every connection breaks, and none is to be had.
    pub(crate) async fn cut(&mut self) {
        self.running.abort();
        (&mut self.running).await.unwrap_err();
    }

    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.running = pass_on_from_now(listener, self.socket.clone(), self.hushed.clone());
    }
}

#[expect(clippy::disallowed_methods, reason = "it goes on until it is cut, or the test ends")]
fn pass_on_from_now(listener: TcpListener, socket: String, hushed: watch::Sender<bool>) -> JoinHandle<()> {
    tokio::spawn(pass_on(listener, socket, hushed))
}

async fn pass_on(listener: TcpListener, socket: String, hushed: watch::Sender<bool>) {
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        connections.spawn(connect(near, socket.clone(), hushed.subscribe()));
    }
}

async fn connect(mut near: TcpStream, socket: String, mut hushed: watch::Receiver<bool>) {
    if *hushed.borrow_and_update() {
        return std::future::pending().await;
    }
    let mut far = UnixStream::connect(socket).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => return,
        _ = hushed.changed() => {}
    }
    std::future::pending::<()>().await;
}
