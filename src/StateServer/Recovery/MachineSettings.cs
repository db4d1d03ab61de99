using System.Globalization;
using System.Text.Json;
using StateServer.Options;
using StateServer.Providers.Local;

namespace StateServer.Recovery;

/// <summary>The settings file of a machine that runs a state server: says who the machine's new member is, and leaves the rest as it is.</summary>
internal static class MachineSettings
{
    /// <summary>The file's name in the machine's folder, as the local provider has it.</summary>
    private const string FileName = "user-data";

    /// <summary>Rewrites it, whole or not at all.</summary>
    /// <param name="folder">The machine's folder.</param>
    /// <param name="member">Who is to run there.</param>
    /// <exception cref="IOException">It can't be read or written; it is as it was.</exception>
    public static void Rewrite(string folder, NewMember member)
    {
        string path = Path.Combine(folder, FileName);
        SortedDictionary<string, JsonElement> settings = new(Read(path), StringComparer.Ordinal)
        {
            [ServerSettings.ClusterId.Name] = Text(member.Cluster.Value.ToString(CultureInfo.InvariantCulture)),
            [ServerSettings.NodeId.Name] = Text(member.Id.Value.ToString(CultureInfo.InvariantCulture)),
            [ServerSettings.Name.Name] = Text(member.Name),
            [ServerSettings.InitialMembers.Name] = Text(member.InitialMembers),
        };
        settings.Remove(ServerSettings.Join.Name);
        WholeFile.Write(path, JsonSerializer.Serialize(settings), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static Dictionary<string, JsonElement> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(path)) ?? [];
        }
        catch (JsonException exception)
        {
            throw new IOException($"{path} is no settings file: {exception.Message}", exception);
        }
    }

    private static JsonElement Text(string value) => JsonSerializer.SerializeToElement(value);
}
