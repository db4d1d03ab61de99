namespace StateServer.Domain.Model;

/// <summary>Whether something is wanted. Numbers are on disk: append only.</summary>
public enum Life
{
    /// <summary>It is wanted.</summary>
    Alive = 1,

    /// <summary>It is to go; it goes once what it runs has ended.</summary>
    Dying = 2,
}
