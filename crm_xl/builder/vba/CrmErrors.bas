Attribute VB_Name = "CrmErrors"
' What Python returned becomes what Excel shows: error texts turn into true error values, and the
' reason that came with one is kept until somebody asks for it with CRM_WHY.
'
' Python returns an error as text: "#VALUE!", or "#VALUE!|the reason in one sentence"; "#|reason" is no
' error but an empty cell that can say why it is empty.
' This file holds ASCII only; sentences come from Python or from the generated module CrmTexts.
Option Explicit
Option Private Module

Private Const MOST_REASONS As Long = 5000

' External address of a cell to the reason for its error. A Collection, because Scripting.Dictionary
' does not exist on a Mac and a Collection finds by key just as fast.
Private reasons As Collection

Public Function FixErr(ByVal result As Variant, ByVal caller As Variant) As Variant
    ' The result with every error text replaced; a scalar, a row or a block alike.
    Dim row As Long
    Dim column As Long

    Forget caller, 0, 0
    Select Case Dimensions(result)
    Case 0
        FixErr = FixOne(result, caller, 0, 0)
    Case 1
        For column = LBound(result) To UBound(result)
            If IsErrorText(result(column)) Then
                result(column) = FixOne(result(column), caller, 0, column - LBound(result))
            End If
        Next column
        FixErr = result
    Case Else
        For row = LBound(result, 1) To UBound(result, 1)
            For column = LBound(result, 2) To UBound(result, 2)
                If IsErrorText(result(row, column)) Then
                    result(row, column) = FixOne(result(row, column), caller, _
                        row - LBound(result, 1), column - LBound(result, 2))
                End If
            Next column
        Next row
        FixErr = result
    End Select
End Function

Public Function CallFailed(ByVal reason As String, ByVal caller As Variant) As Variant
    ' What a cell shows when Python could not even be asked: never a traceback.
    Remember caller, 0, 0, reason
    CallFailed = CVErr(2015)
End Function

Public Function ReasonOf(ByVal address As String) As String
    ' The reason kept for a cell, "" if there is none.
    If reasons Is Nothing Then Exit Function
    On Error Resume Next
    ReasonOf = reasons.Item(address)
    On Error GoTo 0
End Function

Private Function IsErrorText(ByRef value As Variant) As Boolean
    If VarType(value) = vbString Then IsErrorText = (Left$(value, 1) = "#")
End Function

Private Function FixOne(ByVal value As Variant, ByVal caller As Variant, _
        ByVal row As Long, ByVal column As Long) As Variant
    Dim bar As Long
    Dim text As String
    Dim number As Long

    FixOne = value
    If Not IsErrorText(value) Then Exit Function
    text = value
    bar = InStr(text, "|")
    If bar > 0 Then text = Left$(text, bar - 1)
    If bar = 2 And Len(value) > 2 Then
        FixOne = ""
    Else
        number = ErrorNumber(text)
        If number = 0 Then Exit Function
        FixOne = CVErr(number)
    End If
    If bar > 0 Then Remember caller, row, column, Mid$(value, bar + 1)
End Function

Public Function ErrorNumber(ByVal text As String) As Long
    ' The number CVErr takes, 0 for a text that is no error.
    Select Case text
    Case "#NULL!": ErrorNumber = 2000
    Case "#DIV/0!": ErrorNumber = 2007
    Case "#VALUE!": ErrorNumber = 2015
    Case "#REF!": ErrorNumber = 2023
    Case "#NAME?": ErrorNumber = 2029
    Case "#NUM!": ErrorNumber = 2036
    Case "#N/A": ErrorNumber = 2042
    Case "#GETTING_DATA": ErrorNumber = 2043
    Case "#SPILL!": ErrorNumber = 2045
    Case "#CONNECT!": ErrorNumber = 2046
    Case "#BLOCKED!": ErrorNumber = 2047
    Case "#UNKNOWN!": ErrorNumber = 2048
    Case "#FIELD!": ErrorNumber = 2049
    Case "#CALC!": ErrorNumber = 2050
    End Select
End Function

Private Function Dimensions(ByVal value As Variant) As Long
    Dim bound As Long
    If Not IsArray(value) Then Exit Function
    Dimensions = 1
    On Error GoTo counted
    bound = UBound(value, 2)
    Dimensions = 2
counted:
End Function

Private Function KeyOf(ByVal caller As Variant, ByVal row As Long, ByVal column As Long) As String
    ' "" when the caller is not a cell: functions may be called from VBA too.
    Dim target As Object

    If Not IsObject(caller) Then Exit Function
    On Error GoTo notACell
    Set target = caller
    ' A formula that spills has one caller, the cell it stands in; its other results lie below and beside.
    Set target = target.Cells(1, 1)
    If row > 0 Or column > 0 Then Set target = target.Offset(row, column)
    KeyOf = target.Address(External:=True)
notACell:
End Function

Private Sub Forget(ByVal caller As Variant, ByVal row As Long, ByVal column As Long)
    Dim address As String
    If reasons Is Nothing Then Exit Sub
    If reasons.Count = 0 Then Exit Sub
    address = KeyOf(caller, row, column)
    If address = "" Then Exit Sub
    On Error Resume Next
    reasons.Remove address
    On Error GoTo 0
End Sub

Private Sub Remember(ByVal caller As Variant, ByVal row As Long, ByVal column As Long, _
        ByVal reason As String)
    Dim address As String
    address = KeyOf(caller, row, column)
    If address = "" Or reason = "" Then Exit Sub
    If reasons Is Nothing Then Set reasons = New Collection
    Forget caller, row, column
    If reasons.Count >= MOST_REASONS Then reasons.Remove 1
    On Error Resume Next
    reasons.Add reason, address
    On Error GoTo 0
End Sub
