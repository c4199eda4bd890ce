"""discord.py against the embedded Discord: reads a message, replies, opens a private thread with a button in
it, answers when the button is pressed, and leaves.

Arguments: the origin of the embedded Discord, and the bot's token."""

import sys

import discord
import discord.gateway
import discord.http
import yarl

ORIGIN, TOKEN = sys.argv[1:3]

discord.http.Route.BASE = f"{ORIGIN}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(ORIGIN.replace("http", "ws") + "/gateway")


class Resolve(discord.ui.View):
    @discord.ui.button(label="Resolve", style=discord.ButtonStyle.primary, custom_id="resolve")
    async def resolve(self, interaction: discord.Interaction, _button: discord.ui.Button):
        await interaction.response.send_message(f"Thank you, {interaction.user.name}.", ephemeral=True)
        await interaction.followup.send("Settled.")
        await interaction.client.close()


class Bot(discord.Client):
    async def on_message(self, message: discord.Message):
        if message.author.bot:
            return
        thread = await message.channel.create_thread(
            name="A word aside", type=discord.ChannelType.private_thread, invitable=False
        )
        await thread.add_user(message.author)
        await thread.send(f"{message.author.mention}: {message.content}", view=Resolve(timeout=None))
        await message.reply("Let us talk.", mention_author=True)


intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
Bot(intents=intents).run(TOKEN, log_handler=None)
