//! The embedded Discord over real HTTP and WebSocket connections.

#[cfg(test)]
mod serenity_client;
#[cfg(test)]
mod support;
